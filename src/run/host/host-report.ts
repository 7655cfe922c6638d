import type { TaskResult } from '../../modules/task-result.ts'
import type { Dict, Key, Value } from '../../values/value.ts'
import { BEHIND_ALL, type Turn } from '../batch/turn.ts'
import { censored, type Phase, type Status } from '../record/events.ts'
import type { HostState, RunState } from '../run-state.ts'
import type { EvaluatedTask } from './evaluation/evaluate.ts'

/** The host takes no further part; its result is told already. */
export class HostStopped extends Error {}

/** A task has failed; a block around it may make up for it, else the host takes no further part. */
export class TaskFailed extends Error {
  readonly outcome: HostOutcome

  constructor(outcome: HostOutcome) {
    super(outcome.message)
    this.outcome = outcome
  }
}

/** Why a host takes no further part. */
export interface HostOutcome {
  readonly status: 'failed' | 'unreachable' | 'unknown' | 'cancelled'
  readonly task?: string | undefined
  readonly message: string
  readonly hint?: string | undefined
  readonly printed?: string | undefined
  /** The cause is a fault of muster's. */
  readonly bug?: true
}

/** Tells what happens on one host in one play, counts it, and sees to it that a host leaves with exactly one result. */
export class HostReport {
  readonly #run: RunState
  readonly #host: HostState
  readonly #play: string
  readonly #position: () => Turn

  constructor(run: RunState, host: HostState, play: string, position: () => Turn) {
    this.#run = run
    this.#host = host
    this.#play = play
    this.#position = position
  }

  phase(phase: Phase, what?: string): void {
    this.#run.emit({ type: 'phase', host: this.#host.name, phase, ...(what === undefined ? {} : { what }) })
  }

  retry(task: string, attempt: number, left: number): void {
    this.#run.emit({ type: 'retry', host: this.#host.name, task, attempt, left })
  }

  warn(message: string): void {
    this.#run.emit({ type: 'warning', message: `${this.#host.name}: ${message}` })
  }

  /** A task's result, or that of one item (with its label). */
  task(
    evaluated: EvaluatedTask,
    told: { readonly status: Status; readonly result: TaskResult; readonly registered: Dict },
    where: { readonly handler: boolean; readonly started: number; readonly label?: string },
  ): void {
    const { noLog, diff } = evaluated
    // Its own keyword says so.
    const showsDiff = diff && !this.#run.options.diff
    this.#run.emit({
      type: 'task',
      play: this.#play,
      host: this.#host.name,
      task: evaluated.name,
      module: evaluated.module.name,
      ...(evaluated.module.showsResult === true ? { showsResult: true } : {}),
      handler: where.handler,
      position: evaluated.task.position,
      status: told.status,
      ...(where.label === undefined ? {} : { item: noLog ? '(censored due to no_log)' : where.label }),
      message: noLog && told.result.message !== undefined ? 'hidden by no_log' : told.result.message,
      hint: noLog ? undefined : told.result.hint,
      diff: noLog || (evaluated.task.diff !== undefined && !diff) ? [] : told.result.diff,
      ...(showsDiff ? { showsDiff: true } : {}),
      result: noLog ? censored(told.registered) : told.registered,
      seconds: (performance.now() - where.started) / 1000,
    })
  }

  /** Counts a whole task in the recap, in Ansible's way: ok includes changed and ignored. `rescued`: a rescue follows. */
  count(status: Status, changed: boolean, rescued: boolean): void {
    const { recap } = this.#host
    if (status === 'skipped') recap.skipped += 1
    else if (status === 'ok' || status === 'changed' || status === 'ignored') recap.ok += 1
    else if (rescued && status === 'failed') recap.rescued += 1
    else recap.failed += 1
    if (status === 'ignored') recap.ignored += 1
    if (changed && status !== 'failed' && status !== 'unknown') recap.changed += 1
  }

  /** Counts what a task has included: each file as one that is ok. */
  countIncluded(files: number): void {
    this.#host.recap.ok += files
  }

  /** The host leaves after a task whose event told the failure. */
  leaveAfterTask(departure: HostOutcome): never {
    return this.#depart(departure)
  }

  /** The host leaves for a reason that no task's event told. */
  leave(departure: HostOutcome): never {
    const { name, recap } = this.#host
    const { status, message, hint } = departure
    if (status === 'unreachable') recap.unreachable += 1
    else if (status !== 'cancelled') recap.failed += 1
    const result: Dict = new Map<Key, Value>([
      ['changed', false],
      ['msg', message],
    ])
    if (status === 'unreachable') result.set('unreachable', true)
    else if (status !== 'cancelled') result.set('failed', true)
    this.#run.emit({
      type: 'task',
      play: this.#play,
      host: name,
      task: departure.task ?? '',
      module: '',
      handler: false,
      status,
      message,
      hint,
      diff: [],
      result,
      seconds: 0,
    })
    return this.#depart(departure)
  }

  /** The host is passed over in the rest of the run, for a reason that is no failure. */
  passOver(message: string): never {
    const { name, recap } = this.#host
    recap.skipped += 1
    this.#run.emit({
      ...{ type: 'task', play: this.#play, host: name, task: '', module: '', handler: false },
      ...{ status: 'skipped', message, hint: undefined, diff: [], result: new Map(), seconds: 0 },
    })
    this.#host.gone = 'cancelled'
    this.#host.goneAt = this.#position()
    throw new HostStopped(message)
  }

  /** A fault of muster itself, on this host: it fails, and the journal has the stack. */
  async bug(error: unknown): Promise<void> {
    const what = error instanceof Error ? error.message : String(error)
    const stack = error instanceof Error ? (error.stack ?? what) : what
    await this.#run.context.journal({ event: 'bug', host: this.#host.name, stack })
    try {
      this.leave({
        status: 'failed',
        bug: true,
        message: `an error inside muster: ${what}`,
        hint: "this is a fault of muster's, not of the host: please report it with the stack in the run's journal",
      })
    } catch (stopped) {
      if (!(stopped instanceof HostStopped)) throw stopped
    }
  }

  #depart({ status, task, message, hint, printed, bug }: HostOutcome): never {
    this.#host.gone = status === 'unknown' ? 'failed' : status
    void this.#run.steps?.write({ is: 'left', host: this.#host.name, status })
    if (this.#host.goneAt === BEHIND_ALL) this.#host.goneAt = this.#position()
    this.#run.failures.push({
      host: this.#host.name,
      task,
      status,
      message,
      hint,
      printed,
      ...(bug === true ? { bug } : {}),
    })
    throw new HostStopped(message)
  }
}
