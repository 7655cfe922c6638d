import type { TaskResult } from '../../../modules/task-result.ts'
import type { Task } from '../../../playbook/playbook.ts'
import { OMIT, type Scope, type TemplateEngine, TemplateError } from '../../../template/api.ts'
import { Float } from '../../../values/float.ts'
import { TaskFailure } from '../../../values/task-failure.ts'
import type { Value } from '../../../values/value.ts'
import { evaluationFailure } from './evaluation-failure.ts'
import { registered } from './registered.ts'

/** Makes an engine whose scope also knows a task's own result. */
export type EngineWith = (own: Scope['lookup']) => TemplateEngine

/**
 * Asks `failed_when` and `changed_when` of a result (facts/plays.md 7): they replace the module's verdict; an error in
 * one of them fails the task, with the error in `failed_when_result` or `changed_when_result`.
 */
export function applyResultConditions(engineWith: EngineWith, task: Task, result: TaskResult): TaskResult {
  if (result.skipped) return result
  const judged = { ...result, values: new Map(result.values) }
  const engine = () => engineWith((name) => (name === task.register ? registered(judged) : undefined))
  if (task.changedWhen !== undefined && task.changedWhen.length > 0) {
    try {
      judged.changed = all(engine(), task.changedWhen)
    } catch (error) {
      return conditionError(judged, 'changed_when_result', error)
    }
  }
  if (task.failedWhen !== undefined && task.failedWhen.length > 0) {
    try {
      judged.failed = all(engine(), task.failedWhen)
      judged.values.set('failed_when_result', judged.failed)
    } catch (error) {
      return conditionError(judged, 'failed_when_result', error)
    }
  }
  return judged
}

function all(engine: TemplateEngine, conditions: readonly Value[]): boolean {
  return conditions.every((condition) => engine.condition(condition))
}

function conditionError(result: TaskResult, key: string, error: unknown): TaskResult {
  const failure = evaluationFailure(error)
  result.values.set(key, failure.message)
  return { ...result, failed: true, message: result.message ?? failure.message }
}

/** How a task with `until` or `retries` goes on after an attempt. */
export interface RetryPlan {
  readonly attempts: number
  /** The result with the number of its attempt, which the conditions may ask for. */
  count(result: TaskResult, attempt: number): TaskResult
  /** Seconds between attempts. */
  readonly delay: number
  judge(result: TaskResult, attempt: number): { done: boolean; result: TaskResult }
}

/**
 * `retries: n` makes n + 1 attempts, 4 when only `until` is given (facts/plays.md 7). Undefined without either.
 * @throws TaskFailure for a value that is no number
 */
export function retryPlan(engineWith: EngineWith, task: Task): RetryPlan | undefined {
  if (task.until === undefined && task.retries === undefined) return undefined
  const engine = engineWith(() => undefined)
  const retries = number(engine, task.retries, 3, 'retries')
  const delay = number(engine, task.delay, 5, 'delay')
  const attempts = Math.max(0, Math.trunc(retries)) + 1
  return {
    attempts,
    delay: Math.max(0, delay),
    count: (result, attempt) => (attempts === 1 || result.skipped ? result : counted(result, attempt)),
    judge(result, attempt) {
      if (result.skipped || result.unknown || result.values.has('timedout')) return { done: true, result }
      let reached: boolean
      try {
        reached =
          task.until === undefined || attempts === 1
            ? !result.failed
            : all(
                engineWith((name) => (name === task.register ? registered(result) : undefined)),
                task.until,
              )
      } catch (error) {
        const failure = error instanceof TemplateError ? evaluationFailure(error) : undefined
        if (failure === undefined) throw error
        return { done: true, result: { ...result, failed: true, message: failure.message } }
      }
      if (reached) return { done: true, result }
      if (attempt < attempts) return { done: false, result }
      // Ansible reports one attempt too few when they are used up; scripts read that number.
      return {
        done: true,
        result: attempts === 1 ? result : { ...counted(result, attempts - 1), failed: true },
      }
    },
  }
}

function counted(result: TaskResult, attempt: number): TaskResult {
  return { ...result, values: new Map(result.values).set('attempts', attempt) }
}

function number(engine: TemplateEngine, value: Value | undefined, fallback: number, keyword: string): number {
  if (value === undefined || value === null) return fallback
  const resolved = engine.resolve(value)
  if (resolved === OMIT) return fallback
  const read = resolved instanceof Float ? resolved.value : Number(resolved)
  if (typeof resolved === 'boolean' || !Number.isFinite(read))
    throw new TaskFailure(`${keyword} must be a number, got ${JSON.stringify(resolved)}`)
  return read
}
