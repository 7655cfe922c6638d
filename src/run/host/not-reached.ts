import { ConnectionError } from '../../connection/connection.ts'
import { failureResult, type TaskResult } from '../../modules/task-result.ts'
import { createEngine } from '../../template/engine.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { EvaluatedItem, EvaluatedTask } from './evaluation/evaluate.ts'
import { truth } from './evaluation/task-keywords.ts'
import type { HostSession } from './session.ts'

/**
 * The host could not be reached, or nobody become there: the latter is a failure like any other, and the former is one that
 * `ignore_unreachable` lets pass. @throws HostStopped else
 */
export function notReached(
  session: HostSession,
  { task, name, home }: EvaluatedTask,
  item: EvaluatedItem,
  error: unknown,
): TaskResult {
  if (!(error instanceof ConnectionError) || error.reason === 'cancelled' || session.run.signal.aborted)
    return session.notReached(error, name)
  const failure = new TaskFailure(error.message, error.hint === undefined ? {} : { hint: error.hint })
  if (error.reason.startsWith('become-')) return failureResult(failure)
  const engine = createEngine(item.scope, home)
  if (!truth(engine, task.ignoreUnreachable, 'ignore_unreachable')) return session.notReached(error, name)
  return { ...failureResult(failure), values: new Map([['unreachable', true]]) }
}
