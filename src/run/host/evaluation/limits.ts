import { createEngine } from '../../../template/engine.ts'
import { TaskFailure } from '../../../values/task-failure.ts'
import type { Value } from '../../../values/value.ts'
import type { EvaluatedItem, EvaluatedTask } from './evaluate.ts'
import { inLine } from './evaluation-failure.ts'

/** How long a task may take. */
export interface Limits {
  /** Seconds for each action; the nearest of `timeout` and `async`. */
  readonly timeout: number | undefined
  /** Seconds that a job may take which goes on by itself (`poll: 0`). */
  readonly job: number | undefined
}

/** @throws TaskFailure for values that are no numbers of seconds */
export function limitsOf({ task, home }: EvaluatedTask, item: EvaluatedItem): Limits {
  const engine = createEngine(item.scope, home)
  const seconds = (written: Value | undefined, keyword: string) => {
    if (written === undefined) return []
    const read = Number(engine.resolve(written))
    if (!Number.isFinite(read) || read < 0)
      throw new TaskFailure(`${keyword} must be a number of seconds, got ${inLine(written)}`)
    return read === 0 ? [] : [read]
  }
  const limit = seconds(task.asyncLimit, 'async')
  const goesOn = limit.length > 0 && task.poll !== undefined && seconds(task.poll, 'poll').length === 0
  const all = [...seconds(task.timeout, 'timeout'), ...(goesOn ? [] : limit)]
  return {
    timeout: all.length === 0 ? undefined : Math.min(...all),
    job: goesOn ? limit[0] : undefined,
  }
}
