import { NO_FACTS, type TaskResult } from '../../../modules/task-result.ts'
import type { Dict, Value } from '../../../values/value.ts'
import { compareTurns, type Turn } from '../../batch/turn.ts'
import { turnText } from '../../resume/earlier-steps.ts'
import type { DoneStep, Settled, StepPlace } from '../../resume/step-entry.ts'
import { NotKept, storedOf } from '../../resume/stored-value.ts'
import type { HostState, RunState } from '../../run-state.ts'
import type { EvaluatedTask } from '../evaluation/evaluate.ts'
import { HostStopped } from '../host-report.ts'

/** What an earlier run left of a step: its end, or that it was begun. */
export type Found = { readonly done: DoneStep } | { readonly begun: true } | undefined

/**
 * One host in one play, on record and from the record. What an earlier run has done is not done again: its results take
 * their places, up to the first step whose end is not on record. From there on everything is done anew.
 */
export class Replay {
  readonly #run: RunState
  readonly #host: HostState
  readonly #play: number
  readonly #recorded: boolean
  readonly #batch: readonly string[]
  /** Where the host was first worked on again. */
  #liveFrom: Turn | undefined
  #at: { readonly turn: Turn; item: number } = { turn: [], item: 0 }
  #begun = false
  /** The step at hand has begun to change something. */
  #changes = false
  #taken = 0
  /** The task at hand is done once for the batch, by whoever came there first. */
  isForAll = false

  constructor(run: RunState, host: HostState, play: number | undefined, batch: readonly string[]) {
    this.#run = run
    this.#host = host
    this.#play = play ?? 0
    this.#recorded = play !== undefined
    this.#batch = batch
    if (this.#resumed === undefined) this.#liveFrom = []
  }

  get #resumed() {
    return this.#recorded ? this.#run.resumed : undefined
  }

  get #steps() {
    return this.#recorded ? this.#run.steps : undefined
  }

  /** The host was at the end of this play: it has to be reached for nothing of it. */
  get isOver(): boolean {
    return this.#resumed?.steps.of(this.#host.name, this.#play).ended === true
  }

  /** The step at hand was begun by an earlier run, and nobody saw its end. Told once: afterwards it is this run's. */
  takeBegun(): boolean {
    const begun = this.#begun
    this.#begun = false
    return begun
  }

  /** The step at hand was done: what it finds to be done is its own. */
  markBegun(): void {
    this.#begun = true
  }

  /**
   * The host comes to a task.
   * @throws HostStopped on a host that is not to be worked on, behind what is on record of it
   */
  come(turn: Turn): void {
    const own = turn.slice(1)
    this.#at = { turn: own, item: 0 }
    this.#begun = false
    const resumed = this.#resumed
    if (resumed === undefined || this.#liveFrom !== undefined) return
    const steps = resumed.steps.of(this.#host.name, this.#play)
    const failed = steps.settled.get(turnText(own)) === 'failed'
    if (!resumed.acts(this.#host.name) && (failed || !steps.reaches(own))) this.#leaveOut()
    if (failed) this.#live(undefined)
  }

  /** What is on record of an item of the task at hand. @throws HostStopped as {@link come} */
  find(item: number, task: string): Found {
    this.#at.item = item
    this.#changes = false
    const resumed = this.#resumed
    if (resumed === undefined) return undefined
    const found = this.#findOf(this.#host.name, item) ?? this.#findOfOthers(item)
    if (found !== undefined && 'done' in found) {
      this.#taken += 1
      return found
    }
    if (this.#liveFrom === undefined) {
      if (!resumed.acts(this.#host.name)) this.#leaveOut()
      this.#live(task)
    }
    this.#begun = found !== undefined
    return found
  }

  #findOf(host: string, item: number): Found {
    const resumed = this.#resumed
    const { turn } = this.#at
    const isOwn = host === this.#host.name
    // Of the task at which it goes on, the items that are done stay so.
    if (isOwn && this.#liveFrom !== undefined && compareTurns(this.#liveFrom, turn) !== 0) return undefined
    const steps = resumed?.steps.of(host, this.#play)
    const key = turnText(turn)
    const done = steps?.done.get(key)?.get(item)
    const settled = steps?.settled.get(key)
    if (done !== undefined && (!done.result.failed || settled === 'ignored' || settled === 'rescued'))
      return { done }
    return steps?.begun.has(`${key}/${item}`) === true ? { begun: true } : undefined
  }

  /** What one host does for all may have been done by one that now comes later. */
  #findOfOthers(item: number): Found {
    if (!this.isForAll) return undefined
    for (const other of this.#batch) {
      const found = other === this.#host.name ? undefined : this.#findOf(other, item)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** From here on the host is worked on. */
  #live(task: string | undefined): void {
    const { turn } = this.#at
    this.#liveFrom = turn
    const place = { host: this.#host.name, play: this.#play, turn: turnText(turn) }
    void this.#steps?.write({ is: 'again', ...place })
    if (this.#taken > 0 && this.#resumed !== undefined)
      this.#run.emit({
        type: 'resumed',
        host: this.#host.name,
        of: this.#resumed.steps.run,
        done: this.#taken,
        ...(task === undefined ? {} : { task }),
      })
  }

  #leaveOut(): never {
    this.#host.gone = 'cancelled'
    this.#host.goneAt = this.#run.progress.next
    throw new HostStopped('not among the hosts to go on with')
  }

  #place(): StepPlace {
    const { turn, item } = this.#at
    return { host: this.#host.name, play: this.#play, turn: turnText(turn), item }
  }

  /** The step at hand is about to change something: resolves when that is on the disk. */
  async begin(task: string, says: unknown): Promise<void> {
    this.#changes = true
    await this.#steps?.write({ is: 'begin', task, says, ...this.#place() }, true)
  }

  /**
   * The step at hand has ended. What its result holds is kept where other tasks may read it. Resolves, of one that has
   * changed something, when that is written.
   */
  async done({ task, name, noLog }: EvaluatedTask, result: TaskResult): Promise<void> {
    const { masker } = this.#run
    const steps = this.#steps
    if (steps === undefined || result.unknown) return
    const { changed, failed, skipped, message, hint } = result
    const isRead =
      task.register !== undefined || failed || result.facts.size > 0 || result.gathered !== undefined
    const written = steps.write({
      is: 'done',
      task: masker.mask(name),
      ...this.#place(),
      ...{ changed, failed, skipped },
      ...(message === undefined || noLog ? {} : { message: masker.mask(message) }),
      ...(hint === undefined || noLog ? {} : { hint: masker.mask(hint) }),
      ...(isRead ? { kept: noLog || result.gathered !== undefined ? false : this.#kept(result) } : {}),
    })
    if (this.#changes) await written
  }

  #kept({ values, facts, message }: TaskResult) {
    const { masker } = this.#run
    try {
      if (message !== undefined && masker.mask(message) !== message) return false as const
      const stored = (dict: ReadonlyMap<string, Value> | Dict) => storedOf(new Map(dict), masker)
      return { values: stored(values), facts: stored(facts ?? NO_FACTS) }
    } catch (error) {
      if (error instanceof NotKept) return false as const
      throw error
    }
  }

  /** What became of the task at hand, which has failed. */
  settled(as: Settled): void {
    const { turn } = this.#at
    const place = { host: this.#host.name, play: this.#play, turn: turnText(turn) }
    void this.#steps?.write({ is: 'settled', ...place, as })
  }

  /** The host is at the end of the play. */
  end(): void {
    if (this.#steps !== undefined && !this.isOver)
      void this.#steps.write({ is: 'end', host: this.#host.name, play: this.#play })
  }
}
