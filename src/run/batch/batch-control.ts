import type { BatchShared, Member } from '../../modules/batch-hook.ts'
import type { Module } from '../../modules/module.ts'
import { loadModule } from '../../modules/registry.ts'
import type { Task } from '../../playbook/playbook.ts'
import { exceeded } from '../../playbook/plays/max-fail.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { RunState } from '../run-state.ts'
import { Barrier } from './barrier.ts'
import type { Semaphore } from './semaphore.ts'

type AnyMember = Member<never, never>

/** What a host saw of a task that is opened once a batch. */
export type Looked = AnyMember & { readonly task: string }

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
  readonly #maxFailPercentage: number | undefined
  readonly #lost = new Set<string>()
  readonly #looked: Barrier<readonly Looked[], ReadonlyMap<string, TaskFailure>>
  readonly #refusing: boolean
  readonly #openings = new Map<string, Barrier<AnyMember, Opened>>()
  readonly #opened: BatchShared[] = []
  #stopReason: string | undefined

  private constructor(
    run: RunState,
    hosts: readonly string[],
    places: Semaphore,
    maxFailPercentage: number | undefined,
    batchTasks: readonly { task: Task; module: Module }[],
  ) {
    this.#run = run
    this.hosts = hosts
    this.places = places
    this.#maxFailPercentage = maxFailPercentage
    this.#looked = new Barrier<readonly Looked[], ReadonlyMap<string, TaskFailure>>(
      hosts,
      async (members) => {
        const refused = new Map<string, TaskFailure>()
        for (const { task, module } of batchTasks) {
          const looked = members.flat().filter((member) => member.task === task.id)
          for (const [host, failure] of module.batch?.refuse?.(looked) ?? []) refused.set(host, failure)
        }
        return refused
      },
    )
    this.#refusing = batchTasks.some(({ module }) => module.batch?.refuse !== undefined)
    for (const { task, module } of batchTasks)
      this.#openings.set(task.id, new Barrier(hosts, (members) => this.#open(module, members)))
  }

  static async create(
    run: RunState,
    hosts: readonly string[],
    places: Semaphore,
    maxFailPercentage: number | undefined,
    tasks: readonly Task[],
  ): Promise<BatchControl> {
    const batchTasks: { task: Task; module: Module }[] = []
    for (const task of tasks) {
      const module = await loadModule(task.module)
      if (module.batch !== undefined) batchTasks.push({ task, module })
    }
    return new BatchControl(run, hosts, places, maxFailPercentage, batchTasks)
  }

  /** Whether a host may be refused for what others of this batch are, so that nothing is changed before all have looked. */
  get gathers(): boolean {
    return this.#refusing
  }

  isGathering(task: Task): boolean {
    return this.#openings.has(task.id)
  }

  /** A host has read its state: gives those that must not be touched, once all of the batch have looked. */
  looked(host: string, members: readonly Looked[]): Promise<ReadonlyMap<string, TaskFailure>> {
    return this.#looked.arrive(host, members)
  }

  /** A host stands before a task that is opened once a batch. */
  arrive(task: Task, member: AnyMember): Promise<Opened> {
    const opening = this.#openings.get(task.id)
    if (opening === undefined) throw new Error(`task ${task.id} is not opened by the batch`)
    return opening.arrive(member.host, member)
  }

  /** A host has passed a task without needing it. */
  pass(task: Task, host: string): void {
    this.#openings.get(task.id)?.leave(host)
  }

  /** A host is at its end, whatever it is: nobody waits for it. */
  left(host: string): void {
    this.#looked.leave(host)
    for (const opening of this.#openings.values()) opening.leave(host)
  }

  /** Counts a failed or unreachable host against the budget. */
  lost(host: string): void {
    this.#lost.add(host)
    const limit = this.#maxFailPercentage
    if (limit === undefined || this.#stopReason !== undefined) return
    if (!exceeded(this.#lost.size, this.hosts.length, limit)) return
    this.#stopReason = `${this.#lost.size} of ${this.hosts.length} hosts of the batch failed or were unreachable, more than max_fail_percentage ${limit} allows`
    this.#run.emit({ type: 'stopped', reason: this.#stopReason })
  }

  get lostHosts(): readonly string[] {
    return [...this.#lost]
  }

  /** Why the hosts of the batch must stop at their next task, or undefined. */
  get stopReason(): string | undefined {
    return this.#stopReason
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
