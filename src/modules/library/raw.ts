import { assignPath } from '../../probes/expand-path.ts'
import { lines, sh, userShell } from '../../shell/sh.ts'
import { splitLines } from '../../template/python/text/lines.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { defineModule, nothingToObserve } from '../module.ts'

export default defineModule({
  name: 'raw',
  runsOn: 'host',
  checkMode: 'skip',
  documentation: {
    summary: 'Runs a text in the host’s shell, without anything around it.',
    notes: [
      'muster needs nothing but /bin/sh on a host anyway: shell does the same and knows creates, removes and chdir.',
      'Standard error is apart from standard output, and there is no terminal.',
    ],
    examples: `
- name: python, by hand
  raw: test -e /usr/bin/python3 || apt-get install -y python3-minimal
`,
    returns: { 'rc, stdout, stdout_lines, stderr, stderr_lines': 'of the text' },
  },
  spec: {
    parameters: {
      cmd: { type: 'str', required: true, doc: 'The text; stands behind the module’s name.' },
      executable: { type: 'path', doc: 'The shell; /bin/sh without it.' },
    },
    freeForm: 'cmd',
  },

  observe: nothingToObserve,
  repeatable: () => false,

  async *converge({ cmd, executable }) {
    const output = yield {
      kind: 'run',
      says: 'run a raw command',
      predicted: { rc: 0, stdout: '', stdout_lines: [], stderr: '', stderr_lines: [] },
      // raw: the user's own text is what runs.
      script:
        executable === undefined
          ? sh`( ${userShell(cmd)}
)`
          : lines([assignPath('m_x', executable), sh`exec "$m_x" -c ${cmd}`]),
    }
    const [stdout, stderr] = [output.stdout, output.stderr].map((bytes) => bytes.toString('utf8')) as [
      string,
      string,
    ]
    const result = {
      rc: output.rc,
      stdout,
      stdout_lines: splitLines(stdout),
      stderr,
      stderr_lines: splitLines(stderr),
    }
    if (output.timedOut) throw new TaskFailure('the command was stopped: it timed out', { result })
    return output.rc === 0 ? { result } : { failed: true, msg: 'non-zero return code', result }
  },
})
