import type { TaskFailure } from '../values/task-failure.ts'
import type { RunContext } from './module.ts'

/** A host at a task that is opened once a batch. */
export interface Member<P, A> {
  readonly host: string
  readonly params: P
  readonly answers: A
}

/**
 * For modules that need something once a batch (an activation). The runner waits until every living host of the
 * batch stands before the task, then opens, converges in parallel, and closes when the batch ends, however it ends.
 */
export interface BatchHook<P, A> {
  /**
   * Hosts that must not go on, with the reason; asked in plan and check mode too. With it no host of a batch is changed
   * before all of them have been looked at.
   */
  refuse?(members: readonly Member<P, A>[]): ReadonlyMap<string, TaskFailure>
  /**
   * Reads what the members share and changes nothing; in plan and check mode its answer is `context.shared`, which is
   * null without it. @throws TaskFailure that fails every member
   */
  look?(
    members: readonly Member<P, A>[],
    context: RunContext & { readonly signal: AbortSignal },
  ): Promise<unknown>
  /** Makes what the members share; not in plan and check mode. @throws TaskFailure that fails every member */
  open(
    members: readonly Member<P, A>[],
    context: RunContext & { readonly signal: AbortSignal },
  ): Promise<BatchShared>
}

export interface BatchShared {
  /** Given to converge as `context.shared`. */
  readonly shared: unknown
  /** Called once, when the batch ends. Must not throw for what is already gone. */
  close(): Promise<void>
}
