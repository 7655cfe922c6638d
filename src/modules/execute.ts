import type { ProbeSet } from '../probes/probe.ts'
import { TaskFailure } from '../values/task-failure.ts'
import type { Output } from '../values/transfer.ts'
import type { Value } from '../values/value.ts'
import { coverWords } from './cover-result.ts'
import type { Action, ActionResult, Diff, Module, ModuleContext } from './module.ts'
import { failureResult, resultOf, type TaskResult } from './task-result.ts'

type ActionOf<K extends Action['kind']> = Extract<Action, { kind: K }>

/** How actions reach the host and the world. Errors other than {@link TaskFailure} pass through {@link execute}. */
export interface ActionExecutor {
  /** Asks the host now, whatever was known. @throws TaskFailure */
  look(probes: ProbeSet): Promise<unknown>
  run(action: ActionOf<'run'>): Promise<Output>
  push(action: ActionOf<'push'>): Promise<Output>
  /** Does something on the controller. */
  call(action: ActionOf<'call'>, signal: AbortSignal): Promise<Value>
  /** Waits for something outside the host; others may be worked on meanwhile. */
  wait(action: ActionOf<'wait'>, signal: AbortSignal): Promise<Value>
  /** Waits until the host is reached and answers as wanted; only where there is a way to a host. @throws TaskFailure */
  reconnect?(action: ActionOf<'reconnect'>, signal: AbortSignal): Promise<unknown>
  /** Called before the first change, so that the journal knows of it. */
  intend(says: string): Promise<void>
}

/** One task, ready to be done on one host. */
export interface Execution {
  readonly module: Module
  readonly params: unknown
  /** The answers to what the module's `observe` named. */
  readonly answers: unknown
  /** With `shared` of the batch. */
  readonly context: ModuleContext
  /** Seconds for each action; undefined: no limit. */
  readonly timeout?: number | undefined
}

const NOTHING: ActionResult = {
  rc: 0,
  stdout: Buffer.alloc(0),
  stderr: Buffer.alloc(0),
  seconds: 0,
  truncated: false,
  timedOut: false,
  value: null,
  answers: undefined,
}

/**
 * Does what a module's converge yields. In check mode nothing but what reads is done: the first change ends it and says
 * what would happen, and silent changes are left out. A `TaskFailure` becomes the result.
 */
export async function execute(execution: Execution, executor: ActionExecutor): Promise<TaskResult> {
  const { module, timeout } = execution
  const { context } = execution
  const signal =
    timeout === undefined
      ? context.signal
      : AbortSignal.any([context.signal, AbortSignal.timeout(timeout * 1000)])
  const steps = module.converge(execution.params as never, execution.answers as never, { ...context, signal })
  const diffs: Diff[] = []
  let changed = false
  try {
    let next = await steps.next()
    while (next.done !== true) {
      const action = covered(execution.params, next.value)
      if (action.kind === 'look' || action.kind === 'wait' || action.kind === 'reconnect') {
        next = await steps.next(await read(action, signal, timeout, executor))
        continue
      }
      const changes = action.silent !== true
      if (changes) diffs.push(...(action.diff ?? []))
      if (context.check && !changes) {
        next = await steps.next(NOTHING)
        continue
      }
      if (context.check) {
        await steps.return({})
        const result = action.predicted ?? {}
        return module.checkMode === 'skip'
          ? resultOf({ skipped: true, changed: false, result }, false, [])
          : resultOf({ result }, true, diffs)
      }
      if (changes && !changed) await executor.intend(action.says)
      changed ||= changes
      next = await steps.next(await change(action, signal, timeout, executor))
    }
    return resultOf(next.value, changed, diffs)
  } catch (error) {
    if (error instanceof TaskFailure) return failureResult(error, changed)
    throw error
  }
}

/** The action as it may be told: what it says holds no Secret of the parameters, though a module had to open it. */
function covered(params: unknown, action: Action): Action {
  const says = coverWords(params, action.says)
  return says === action.says ? action : { ...action, says }
}

async function read(
  action: ActionOf<'look' | 'wait' | 'reconnect'>,
  signal: AbortSignal,
  timeout: number | undefined,
  executor: ActionExecutor,
): Promise<ActionResult> {
  if (action.kind === 'look') return { ...NOTHING, answers: await executor.look(action.probes) }
  if (action.kind === 'wait')
    return { ...NOTHING, value: await inTime(signal, timeout, () => executor.wait(action, signal)) }
  const { reconnect } = executor
  if (reconnect === undefined) throw new Error('nothing can be connected anew here')
  return { ...NOTHING, answers: await inTime(signal, timeout, () => reconnect(action, signal)) }
}

async function change(
  action: ActionOf<'run' | 'push' | 'call'>,
  signal: AbortSignal,
  timeout: number | undefined,
  executor: ActionExecutor,
): Promise<ActionResult> {
  if (action.kind === 'call')
    return { ...NOTHING, value: await inTime(signal, timeout, () => executor.call(action, signal)) }
  const output = action.kind === 'run' ? await executor.run(action) : await executor.push(action)
  if (output.timedOut && timeout !== undefined) throw timedOut(timeout)
  return { ...NOTHING, ...output }
}

async function inTime<T>(
  signal: AbortSignal,
  timeout: number | undefined,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (timeout !== undefined && signal.aborted && (signal.reason as Error)?.name === 'TimeoutError')
      throw timedOut(timeout)
    throw error
  }
}

function timedOut(timeout: number): TaskFailure {
  return new TaskFailure(`Timed out after ${timeout} second(s).`, {
    hint: "raise the task's `timeout`, or find out on the host why it hangs",
    result: { timedout: new Map<string, Value>([['period', timeout]]) },
  })
}
