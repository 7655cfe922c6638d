import { AwsFailure } from '../../../aws/errors.ts'
import { TemplateError } from '../../../template/api.ts'
import { str } from '../../../template/python/text/repr.ts'
import { formatPosition } from '../../../values/position.ts'
import { formatProblem, InputError } from '../../../values/problem.ts'
import { Secret } from '../../../values/secret.ts'
import { TaskFailure } from '../../../values/task-failure.ts'
import type { Value } from '../../../values/value.ts'

/** An error of an evaluation as the task's failure; what cannot be known yet, and bugs, pass through. */
export function evaluationFailure(error: unknown): TaskFailure {
  if (error instanceof TaskFailure) return error
  if (error instanceof InputError) {
    const [first, ...more] = error.problems
    // Several have their hints between them.
    if (first === undefined || more.length > 0) return new EvaluationFailure(error.message, error)
    return new EvaluationFailure(formatProblem({ ...first, hint: undefined }), error, first.hint)
  }
  // What no shell word or environment can hold.
  if (error instanceof RangeError) return new TaskFailure(error.message)
  if (error instanceof AwsFailure)
    return new TaskFailure(error.message, error.hint === undefined ? {} : { hint: error.hint })
  if (error instanceof TemplateError) {
    const where = error.position === undefined ? '' : `${formatPosition(error.position)}: `
    return new EvaluationFailure(`${where}${error.message}`, error)
  }
  throw error
}

/** A task cannot be evaluated: the failure, and what the engine said, or the vault. */
export class EvaluationFailure extends TaskFailure {
  readonly error: TemplateError | InputError

  constructor(message: string, error: TemplateError | InputError, hint?: string) {
    super(message, hint === undefined ? {} : { hint })
    this.error = error
  }
}

/** A value as text for labels and messages, whole: it is cut when it was masked. */
export function inLine(value: Value): string {
  return value instanceof Secret ? value.toString() : str(value)
}
