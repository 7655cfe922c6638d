import type { Step } from '../../connection/connection.ts'
import { newJobId, skippedJob, startJob } from '../../modules/commands/job.ts'
import type { Action } from '../../modules/module.ts'
import { resultOf, type TaskResult } from '../../modules/task-result.ts'
import { ShellText } from '../../shell/sh.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Output } from '../../values/transfer.ts'
import type { EvaluatedTask } from './evaluation/evaluate.ts'
import type { HostLink } from './host-link.ts'
import type { Identity } from './identity.ts'
import type { HostSession } from './session.ts'

/** The command goes on by itself: its module gets no answer. */
class Started extends Error {
  readonly path: string

  constructor(path: string) {
    super('started')
    this.path = path
  }
}

/** A task that goes on as a job of its own on the host (`async` with `poll: 0`). */
export class Job {
  readonly id = newJobId()
  readonly #session: HostSession
  readonly #name: string
  readonly #seconds: number

  constructor(session: HostSession, { name }: EvaluatedTask, seconds: number) {
    this.#session = session
    this.#name = name
    this.#seconds = seconds
  }

  /** Starts a command, and goes no further with its module. @throws Started, or TaskFailure where that cannot be done */
  async start(
    link: HostLink,
    identity: Identity,
    action: Action & { readonly kind: 'run' },
    step: Step,
  ): Promise<Output> {
    if (action.command === undefined || !(action.script instanceof ShellText))
      throw new TaskFailure('poll: 0 is for command and shell on POSIX hosts', {
        hint: 'with poll above 0 async is the time that the task may take; a command of the same effect can go on by itself',
      })
    const script = startJob(this.id, {
      script: action.script,
      cmd: action.command,
      seconds: this.#seconds,
    })
    const path = await this.#act(link, identity, { ...step, script })
    const { run, host } = this.#session
    run.jobs.set(this.id, `${this.id} ('${this.#name}') on ${host.name}`)
    await run.context.journal({ event: 'job', host: host.name, task: this.#name, job: this.id })
    throw new Started(path)
  }

  /** What a task comes to that is started so; where nothing is to be done the job is one that has ended. */
  async instead(link: HostLink, identity: Identity, doIt: () => Promise<TaskResult>): Promise<TaskResult> {
    const common = { ansible_job_id: this.id, started: true }
    try {
      const result = await doIt()
      if (result.failed || result.skipped) return result
      const { values } = result
      const stdout = String(values.get('stdout') ?? '')
      const script = skippedJob(this.id, { cmd: values.get('cmd') ?? '', stdout })
      const path = await this.#act(link, identity, { script })
      for (const [name, value] of Object.entries({ ...common, finished: true, results_file: path }))
        values.set(name, value)
      return result
    } catch (error) {
      if (!(error instanceof Started)) throw error
      const result = { ...common, finished: false, results_file: error.path }
      return resultOf({ changed: true, result }, true, [])
    }
  }

  async #act(link: HostLink, identity: Identity, step: Step): Promise<string> {
    const options = { touched: 'everything' as const, more: false, ahead: [] }
    const output = await link.act(identity, { ...step, environment: identity.environment }, options)
    if (output.rc === 0) return output.stdout.toString()
    throw new TaskFailure(
      `the job could not be started: ${output.stderr.toString().trim() || `status ${output.rc}`}`,
      {
        hint: 'it needs setsid, and a folder that its user may make: ~/.ansible_async, or ANSIBLE_ASYNC_DIR in its environment',
      },
    )
  }
}
