import { ConnectionError } from '../../connection/connection.ts'
import type { Entry, Task } from '../../playbook/playbook.ts'
import { titleOf } from '../../playbook/tasks/title.ts'
import { InputError } from '../../values/problem.ts'
import type { Value } from '../../values/value.ts'
import type { BatchControl, DelegateLink } from '../batch/batch-control.ts'
import { NotYetThere } from '../batch/progress.ts'
import { Semaphore } from '../batch/semaphore.ts'
import { BEHIND_ALL, type Turn } from '../batch/turn.ts'
import type { Phase } from '../record/events.ts'
import type { HostState, RunState } from '../run-state.ts'
import { newHost } from '../run-state.ts'
import { type FactPlan, FactsNeeded } from '../scope/facts.ts'
import { aheadOf } from '../scope/play-homes.ts'
import type { PlayVariables } from '../scope/variables.ts'
import type { AheadStandpoint } from './ahead.ts'
import type { Standpoint } from './evaluation/evaluate.ts'
import { handlerName } from './evaluation/handler-name.ts'
import type { Target } from './evaluation/target.ts'
import { Notifications } from './flow/notifications.ts'
import { RolesRun } from './flow/roles-run.ts'
import type { Place } from './flow/steps.ts'
import { HostLink } from './host-link.ts'
import { type HostOutcome, HostReport, TaskFailed } from './host-report.ts'
import { pause } from './pause.ts'
import { Replay } from './replay/replay.ts'

const NO_PARAMS: ReadonlyMap<string, Value> = new Map()

/** The tasks of a play as they are run on a host. */
export interface PlayTasks {
  readonly variables: PlayVariables
  /** pre_tasks, tasks, post_tasks. */
  readonly sections: readonly (readonly Entry[])[]
  /** A list for each role, and the play's. */
  readonly handlers: readonly (readonly Task[])[]
  /** Notified handlers run. */
  readonly flushes: boolean
  /** They run on a host that fails, too. */
  readonly forcesHandlers: boolean
  /** What is gathered of facts; undefined: nothing. */
  readonly facts: FactPlan | undefined
  /** What the turns of its tasks begin with. */
  readonly turn: Turn
  /** Its index among the playbook's plays; undefined: its steps are not recorded, and always done. */
  readonly index?: number
}

/** One host in one play: where it stands, what it has to work with, and how it waits. */
export class HostSession {
  readonly run: RunState
  readonly host: HostState
  readonly play: PlayTasks
  readonly batch: BatchControl
  readonly link: HostLink
  readonly report: HostReport
  readonly notifications: Notifications
  readonly roles = new RolesRun()
  readonly replay: Replay
  #position: Turn
  #params = NO_PARAMS
  #rescuers = 0
  #failure: TaskFailed | undefined
  #freePlace: (() => void) | undefined

  constructor(run: RunState, host: HostState, play: PlayTasks, batch: BatchControl) {
    this.run = run
    this.host = host
    this.play = play
    this.batch = batch
    this.report = new HostReport(run, host, play.variables.name, () => this.#position)
    this.link = new HostLink(run, host, play.variables, (phase) => this.report.phase(phase))
    this.replay = new Replay(run, host, play.index, batch.hosts)
    batch.linkTo(host.name, () => ({ link: this.link, state: host, turns: new Semaphore(1) }))
    this.notifications = new Notifications(play.flushes ? play.handlers : [], (handler) =>
      handlerName(run, host, play.variables, handler),
    )
    this.#position = play.turn
  }

  /** The position of the task at hand. */
  get position(): Turn {
    return this.#position
  }

  /** The host comes to `position`, and those who wait for it learn so. */
  reach(position: Turn): void {
    this.#position = position
    this.run.progress.reach(this.host.name, position)
    this.batch.reached(this.host.name, position)
  }

  /** The host comes to a task. */
  come({ turn, params }: Place): void {
    this.reach(turn)
    this.#params = params
  }

  /** Where the task at hand is evaluated. */
  get standpoint(): Standpoint {
    const { run, host, play } = this
    return { run, host, play: play.variables, vantage: { position: this.#position }, params: this.#params }
  }

  /** Where later tasks are looked at: what tasks are thought to set is noted there. */
  aheadStandpoint(): AheadStandpoint {
    const foresight = { known: new Map(), unknown: new Set<string>() }
    const { run, host, play } = this
    const ahead = aheadOf(run)
    const vantage = { position: this.#position, foresight }
    return { run: ahead, host, play: play.variables, vantage, params: NO_PARAMS }
  }

  /** Whether the host is the first of the batch that comes to the task at hand, which is done once. */
  async isFirstHere(): Promise<boolean> {
    const { batch, host, run } = this
    const position = this.#position
    await this.evaluating(() => run.progress.require(batch.before(host.name), position))
    return batch.isFirst(host.name, position)
  }

  /** Whether the task at hand is to be done, as a person says who is asked once all hosts of the batch are there (`--step`). */
  async isWantedByPerson(task: Task): Promise<boolean> {
    const { stepping, progress } = this.run
    if (stepping === undefined) return true
    const turn = this.#position
    await this.evaluating(() => progress.require(this.batch.hosts, turn))
    const wanted = await stepping.isWanted(turn, titleOf(task))
    this.checkStop(undefined)
    return wanted
  }

  /** The task at hand has failed: a block around it may make up for it, else the host is gone from here on. */
  failed(outcome: HostOutcome): TaskFailed {
    if (!this.isRescued && this.host.goneAt === BEHIND_ALL) this.host.goneAt = this.#position
    return new TaskFailed(outcome)
  }

  /** The way to where an item is done, and what is known of that host. */
  linkFor(target: Target | undefined): DelegateLink | undefined {
    if (target === undefined) return undefined
    const { batch, host, play, run } = this
    const { way } = target
    const key = way === undefined ? target.host : `${target.host} ${JSON.stringify(way)}`
    return batch.linkTo(key, () => {
      // Another way to a host is another connection.
      const state = way === undefined ? run.hostState(target.host) : newHost(target.host)
      const phase = (each: Phase) => this.report.phase(each)
      const link = new HostLink(run, state, { ...play.variables, batch: [host.name] }, phase, way)
      return {
        link,
        state: way === undefined ? state : run.hostState(target.host),
        turns: new Semaphore(1),
      }
    })
  }

  /** The handlers that are due when the task has changed something. */
  dueAfter(task: Task): Task[] {
    return this.notifications.dueAfter((task.notify ?? []).filter((name) => typeof name === 'string'))
  }

  /** Whether a rescue will make up for a failure of the task at hand. */
  get isRescued(): boolean {
    return this.#rescuers > 0
  }

  /** Does the tasks of a block that has a rescue, or none. */
  async rescued(hasRescue: boolean, work: () => Promise<void>): Promise<void> {
    this.#rescuers += hasRescue ? 1 : 0
    try {
      await work()
    } finally {
      this.#rescuers -= hasRescue ? 1 : 0
    }
  }

  /** Does what is to be done although the host has failed. */
  async failing(failure: TaskFailed | undefined, work: () => Promise<void>): Promise<void> {
    const before = this.#failure
    this.#failure = failure ?? before
    await work()
    this.#failure = before
  }

  /** Takes a place at work. */
  async takePlace(): Promise<void> {
    this.#freePlace = await this.batch.places.take()
  }

  leavePlace(): void {
    this.#freePlace?.()
    this.#freePlace = undefined
  }

  /** Gives the place at work to another host while this one waits. */
  async waiting<T>(wait: () => Promise<T>): Promise<T> {
    this.report.phase('wait')
    this.leavePlace()
    try {
      return await wait()
    } finally {
      await this.takePlace()
    }
  }

  /** Evaluates; where that reads what another host has not set yet, waits for it there and evaluates again. */
  async evaluating<T>(evaluate: () => T | Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await evaluate()
      } catch (error) {
        if (!(error instanceof NotYetThere)) throw error
        if (error instanceof FactsNeeded) await error.host.gathering?.read(error.groups, this.host)
        else await this.waiting(() => this.run.progress.wait(error))
        this.checkStop(undefined)
      }
    }
  }

  /** Waits some seconds, after which nothing is known of the host any more. */
  async pause(seconds: number): Promise<void> {
    await this.waiting(() => pause(seconds, this.run.signal))
    this.link.forget('everything')
  }

  /**
   * @throws HostStopped when the run or the batch is to stop
   * @throws TaskFailed then, on a host that has failed already
   */
  checkStop(task: string | undefined): void {
    const stops = this.run.signal.aborted || this.batch.stopReason !== undefined
    if (stops && this.#failure !== undefined) throw this.#failure
    if (this.run.signal.aborted) this.report.leave({ status: 'cancelled', task, message: 'interrupted' })
    const reason = this.batch.stopReason
    if (reason !== undefined)
      this.report.leave({ status: 'cancelled', task, message: `the rollout stopped: ${reason}` })
  }

  /** The host leaves because it cannot be reached; other errors are thrown on. */
  notReached(error: unknown, task: string | undefined): never {
    if (error instanceof InputError) this.report.leave({ status: 'failed', task, message: error.message })
    if (!(error instanceof ConnectionError)) throw error
    if (error.reason === 'cancelled' || this.run.signal.aborted)
      return this.report.leave({ status: 'cancelled', task, message: 'interrupted' })
    // A host that lets muster in and not become root was reached: as in Ansible that is a failure.
    const status = error.reason.startsWith('become-') ? 'failed' : 'unreachable'
    return this.report.leave({ status, task, message: error.message, hint: error.hint })
  }
}
