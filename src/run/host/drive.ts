import {
  type Action,
  type ActionResult,
  type Diff,
  type Module,
  ModuleFailure,
} from '../../modules/module.ts'
import type { Output } from '../../values/transfer.ts'
import type { Value } from '../../values/value.ts'
import type { PreparedItem } from './prepare.ts'
import { failureResult, resultOf, type TaskResult } from './task-result.ts'

/** How actions reach the host; the caller adds the reading of later tasks to a request where it can. */
export interface Hands {
  run(action: Action & { kind: 'run' }): Promise<Output>
  push(action: Action & { kind: 'push' }): Promise<Output>
  /** Waits for something outside the host; others may be worked on meanwhile. */
  wait(work: () => Promise<Value>): Promise<Value>
  /** Called before the first changing action, so that the journal knows of it. */
  intend(says: string): Promise<void>
}

const NO_OUTPUT: Output = {
  rc: 0,
  stdout: Buffer.alloc(0),
  stderr: Buffer.alloc(0),
  seconds: 0,
  truncated: false,
  timedOut: false,
}

/**
 * Drives a module's converge: does what it yields, or, in check mode, stops at the first change and says what would
 * happen. A `ModuleFailure` becomes the result; connection errors pass through.
 */
export async function drive(
  module: Module,
  item: PreparedItem,
  state: unknown,
  shared: unknown,
  timeout: number | undefined,
  hands: Hands,
): Promise<TaskResult> {
  const context = { ...item.context, shared }
  let changed = false
  const diffs: Diff[] = []
  const signal =
    timeout === undefined
      ? context.signal
      : AbortSignal.any([context.signal, AbortSignal.timeout(timeout * 1000)])
  const steps = module.converge(item.params as never, state, { ...context, signal })
  try {
    let next = await steps.next()
    while (next.done !== true) {
      const action = next.value
      const changes = action.effect !== 'none'
      if (changes) diffs.push(...(action.diff ?? []))
      if (item.check && module.checkMode !== 'run') {
        if (module.checkMode === 'skip') {
          await steps.return({})
          return resultOf({ skipped: true, changed: false, result: action.predicted ?? {} }, false, [])
        }
        if (changes) {
          await steps.return({})
          return resultOf({ result: action.predicted ?? {} }, true, diffs)
        }
      }
      if (changes && !changed) await hands.intend(action.says)
      changed ||= changes
      next = await steps.next(await perform(action, signal, timeout, hands))
    }
    return resultOf(next.value, changed, diffs)
  } catch (error) {
    if (error instanceof ModuleFailure) return failureResult(error, changed)
    throw error
  }
}

async function perform(
  action: Action,
  signal: AbortSignal,
  timeout: number | undefined,
  hands: Hands,
): Promise<ActionResult> {
  if (action.kind === 'call') {
    try {
      const work = () => action.call(signal)
      return { ...NO_OUTPUT, value: await (action.effect === 'none' ? hands.wait(work) : work()) }
    } catch (error) {
      if (timeout !== undefined && signal.aborted && (signal.reason as Error)?.name === 'TimeoutError')
        throw timedOut(timeout)
      throw error
    }
  }
  const output = action.kind === 'run' ? await hands.run(action) : await hands.push(action)
  if (output.timedOut && timeout !== undefined) throw timedOut(timeout)
  return { ...output, value: null satisfies Value }
}

function timedOut(timeout: number): ModuleFailure {
  return new ModuleFailure(`Timed out after ${timeout} second(s).`, {
    hint: "raise the task's `timeout`, or find out on the host why it hangs",
    result: { timedout: new Map<string, Value>([['period', timeout]]) },
  })
}
