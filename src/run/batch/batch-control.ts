import type { BatchShared, Member } from '../../modules/batch-hook.ts'
import type { Module } from '../../modules/module.ts'
import { loadModule } from '../../modules/registry.ts'
import type { Task } from '../../playbook/playbook.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { HostLink } from '../host/host-link.ts'
import type { HostState, RunState } from '../run-state.ts'
import { Barrier } from './barrier.ts'
import { Losses, type LossLimits } from './losses.ts'
import { Semaphore } from './semaphore.ts'
import { BEHIND_ALL, isBefore, type Turn } from './turn.ts'

type AnyMember = Member<never, never>

/** What a host saw of a task that is opened once a batch. */
export type Looked = AnyMember & { readonly module: string }

/** A host that has done a task after which the batch meets. */
export interface Met {
  readonly host: string
  readonly failed: boolean
}

/** The way to a host, which one task at a time uses. */
export interface DelegateLink {
  readonly link: HostLink
  readonly state: HostState
  readonly turns: Semaphore
}

/** What the members of a batch learn at a barrier: what they share, and who must not go on. */
export interface Opened {
  readonly shared: unknown
  readonly refused: ReadonlyMap<string, TaskFailure>
}

/**
 * What the hosts of a batch have in common: places to work, the failure budget, and the tasks before which all of
 * them must stand.
 */
export class BatchControl {
  readonly hosts: readonly string[]
  readonly places: Semaphore
  readonly #run: RunState
  readonly #losses: Losses
  readonly #looked: Barrier<readonly Looked[], ReadonlyMap<string, TaskFailure>>
  readonly #refusing: boolean
  /** By the turn of the task. */
  readonly #openings = new Map<
    string,
    { readonly turn: Turn; readonly barrier: Barrier<AnyMember, Opened> }
  >()
  readonly #at = new Map<string, Turn>()
  /** What is done once for the batch, by its turn. */
  readonly #once = new Map<
    string,
    { readonly come: Set<string>; readonly decision: PromiseWithResolvers<unknown> }
  >()
  readonly #meetings = new Map<
    string,
    { readonly turn: Turn; readonly barrier: Barrier<Met, readonly Met[]> }
  >()
  readonly #throttles = new Map<string, Semaphore>()
  readonly #links = new Map<string, DelegateLink>()
  /** The play is at its end for all hosts, those of later batches too. */
  endsPlay = false
  readonly #opened: BatchShared[] = []

  private constructor(
    run: RunState,
    hosts: readonly string[],
    places: Semaphore,
    limits: LossLimits,
    modules: readonly Module[],
  ) {
    this.#run = run
    this.hosts = hosts
    this.places = places
    this.#losses = new Losses(hosts.length, limits)
    this.#looked = new Barrier<readonly Looked[], ReadonlyMap<string, TaskFailure>>(
      hosts,
      async (members) => {
        const refused = new Map<string, TaskFailure>()
        for (const module of modules) {
          const looked = members.flat().filter((member) => member.module === module.name)
          for (const [host, failure] of module.batch?.refuse?.(looked) ?? []) refused.set(host, failure)
        }
        return refused
      },
    )
    this.#refusing = modules.some((module) => module.batch?.refuse !== undefined)
  }

  static async create(
    run: RunState,
    hosts: readonly string[],
    places: Semaphore,
    limits: LossLimits,
    tasks: readonly Task[],
  ): Promise<BatchControl> {
    const names = new Set(tasks.map(({ module }) => module))
    const modules = await Promise.all([...names].map((name) => loadModule(name)))
    const opening = modules.filter(({ batch }) => batch !== undefined)
    return new BatchControl(run, hosts, places, limits, opening)
  }

  /** Whether a host may be refused for what others of this batch are, so that nothing is changed before all have looked. */
  get gathers(): boolean {
    return this.#refusing
  }

  /** A host has read its state: gives those that must not be touched, once all of the batch have looked. */
  looked(host: string, members: readonly Looked[]): Promise<ReadonlyMap<string, TaskFailure>> {
    return this.#looked.arrive(host, members)
  }

  /** A host stands before a task of a module that is opened once a batch. */
  arrive(module: Module, turn: Turn, member: AnyMember): Promise<Opened> {
    const key = turn.join('.')
    let opening = this.#openings.get(key)
    if (opening === undefined) {
      opening = { turn, barrier: new Barrier(this.hosts, (members) => this.#open(module, members)) }
      this.#openings.set(key, opening)
      for (const [host, at] of this.#at) if (isBefore(turn, at)) opening.barrier.leave(host)
    }
    return opening.barrier.arrive(member.host, member)
  }

  /** A host has come to a turn: what is opened at those before it is done without it, if it has not come there. */
  reached(host: string, turn: Turn): void {
    this.#at.set(host, turn)
    for (const each of [...this.#openings.values(), ...this.#meetings.values()])
      if (isBefore(each.turn, turn)) each.barrier.leave(host)
  }

  /** A host is at its end, whatever it is: nobody waits for it. */
  left(host: string): void {
    this.#looked.leave(host)
    this.reached(host, BEHIND_ALL)
    // Nobody waits for what it can decide no more.
    for (const { come, decision } of this.#once.values()) if (come.has(host)) decision.resolve(undefined)
  }

  /** A host comes to a task that is done once for the batch; told before it stands there. */
  comes(host: string, turn: Turn): void {
    const key = turn.join('.')
    const once = this.#once.get(key) ?? {
      come: new Set<string>(),
      decision: Promise.withResolvers<unknown>(),
    }
    this.#once.set(key, once)
    once.come.add(host)
  }

  /** The hosts of the batch before this one, whose coming decides who is the first. */
  before(host: string): readonly string[] {
    return this.hosts.slice(0, this.hosts.indexOf(host))
  }

  /** Whether the host is the first that came there, when all before it have come so far. */
  isFirst(host: string, turn: Turn): boolean {
    const come = this.#once.get(turn.join('.'))?.come
    return !this.before(host).some((other) => come?.has(other) === true)
  }

  /** What the first host has come to at a task that is done once. */
  decision<T>(turn: Turn): Promise<T> {
    return this.#once.get(turn.join('.'))!.decision.promise as Promise<T>
  }

  decide(turn: Turn, result: unknown): void {
    this.#once.get(turn.join('.'))?.decision.resolve(result)
  }

  /** A host has done a task after which all hosts of the batch wait for each other: gives those that came there. */
  meet(turn: Turn, member: Met): Promise<readonly Met[]> {
    const key = turn.join('.')
    let meeting = this.#meetings.get(key)
    if (meeting === undefined) {
      meeting = { turn, barrier: new Barrier(this.hosts, async (members) => members) }
      this.#meetings.set(key, meeting)
      for (const [host, at] of this.#at) if (isBefore(turn, at)) meeting.barrier.leave(host)
    }
    return meeting.barrier.arrive(member.host, member)
  }

  /** Places at a task that only so many hosts do at a time. */
  throttle(turn: Turn, width: number): Semaphore {
    const key = turn.join('.')
    const known = this.#throttles.get(key) ?? new Semaphore(width)
    this.#throttles.set(key, known)
    return known
  }

  /** The way to a host that tasks of others are delegated to, made when it is first needed. */
  linkTo(key: string, make: () => DelegateLink): DelegateLink {
    const known = this.#links.get(key) ?? make()
    this.#links.set(key, known)
    return known
  }

  /** Counts a failed or unreachable host against the budget. */
  lost(host: string): void {
    const reason = this.#losses.add(host)
    if (reason !== undefined) this.#run.emit({ type: 'stopped', reason })
  }

  get lostHosts(): readonly string[] {
    return this.#losses.hosts
  }

  /** Why the hosts of the batch must stop at their next task, or undefined. */
  get stopReason(): string | undefined {
    return this.#losses.reason
  }

  async #open(module: Module, members: readonly AnyMember[]): Promise<Opened> {
    const hook = module.batch
    if (hook === undefined) throw new Error(`module ${module.name} has nothing to open`)
    const refused = hook.refuse?.(members) ?? new Map<string, TaskFailure>()
    if (refused.size > 0) return { shared: null, refused }
    if (this.#run.signal.aborted) throw new TaskFailure('not started: the run was interrupted')
    const context = { ...this.#run.context, signal: this.#run.signal }
    if (this.#run.options.check) return { shared: (await hook.look?.(members, context)) ?? null, refused }
    const opened = await hook.open(members, context)
    this.#opened.push(opened)
    return { shared: opened.shared, refused }
  }

  /** Closes what was opened, however the batch ended. */
  async close(): Promise<void> {
    for (const opened of this.#opened.splice(0)) {
      try {
        await opened.close()
      } catch (error) {
        this.#run.emit({
          type: 'warning',
          message: `cleaning up after the batch failed: ${error instanceof Error ? error.message : String(error)}`,
        })
      }
    }
  }
}
