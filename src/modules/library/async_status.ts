import { Secret } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { commandOutcome } from '../commands/command-result.ts'
import { isJobId, jobProbe, removeJob } from '../commands/job.ts'
import { defineModule } from '../module.ts'
import type { Text } from '../parameters.ts'

export default defineModule({
  name: 'async_status',
  runsOn: 'host',
  checkMode: 'run',
  documentation: {
    summary: 'Looks whether a job has ended that a task with `async` and `poll: 0` has started.',
    notes: [
      'Jobs go on when muster ends, on purpose. When a run has not seen the end of one, it says so and names it: look later with the same user and become, and this module.',
      'What a job has printed stays in its folder (~/.ansible_async, or ANSIBLE_ASYNC_DIR in the environment of both tasks) until mode: cleanup removes it.',
      'A job that failed, took longer than async says, or was killed fails this task. The files are not those of Ansible: each looks after its own jobs.',
    ],
    examples: `
- name: begin
  command: /usr/local/bin/reindex
  async: 3600
  poll: 0
  register: reindex
- name: wait for it
  async_status:
    jid: "{{ reindex.ansible_job_id }}"
  register: result
  until: result is finished
  retries: 60
  delay: 10
- name: remove its files
  async_status:
    jid: "{{ reindex.ansible_job_id }}"
    mode: cleanup
`,
    returns: {
      'started, finished': 'whether it was started, and has ended',
      ansible_job_id: 'the job',
      results_file: 'its folder',
      erased: 'its folder, when it was removed',
      'cmd, rc, stdout, stderr': 'and the other keys of command, when it has ended',
    },
  },
  spec: {
    parameters: {
      jid: { type: 'str', required: true, doc: 'The job, as `ansible_job_id` of the task that started it.' },
      mode: {
        type: 'str',
        choices: ['status', 'cleanup'],
        default: 'status',
        doc: 'status looks; cleanup removes its files, and does not wait for it.',
      },
    },
  },

  observe({ jid }) {
    const id = jobId(jid)
    return { job: jobProbe(id) }
  },

  async *converge({ jid, mode }, { job: seen }) {
    const id = jobId(jid)
    if (mode === 'cleanup') {
      if (seen.job !== undefined)
        yield { kind: 'run', says: `remove the files of job ${id}`, silent: true, script: removeJob(id) }
      return { result: { ansible_job_id: id, erased: seen.path, started: false, finished: false } }
    }
    const common = { ansible_job_id: id, results_file: seen.path, started: true }
    if (seen.job === undefined)
      throw new TaskFailure('could not find job', {
        result: { ...common, finished: true },
        hint: 'look as the same user, and with the same become, as the task that started it',
      })
    const { state, output, cmd } = seen.job
    if (state === 'running') return { changed: false, result: { ...common, finished: false } }
    const outcome = commandOutcome(output, { cmd, stripEmptyEnds: true })
    const result = { ...outcome.result, ...common, finished: true }
    if (state === 'skipped') return { changed: false, msg: '', result }
    if (state === 'lost')
      return {
        failed: true,
        changed: true,
        msg: 'the job ended without a status: it was killed, or the host has booted since',
        result,
      }
    const notStarted = output.rc === 127 && output.stdout.toString() === '\0missing\0'
    return notStarted
      ? {
          ...outcome,
          changed: false,
          msg: 'Error executing command.',
          result: { ...result, rc: 2, stdout: '' },
        }
      : { ...outcome, result }
  },
})

/** @throws TaskFailure for what can be no name of a job */
function jobId(jid: Text): string {
  if (!(jid instanceof Secret) && isJobId(jid)) return jid
  throw new TaskFailure(`there can be no job of the name ${String(jid)}`, {
    hint: 'jid is `ansible_job_id` of the registered task',
  })
}
