import { TemplateError } from '../api.ts'
import type { Undefined } from '../operand.ts'
import { PythonError } from '../python/error.ts'

/** What Scope.lookup threw. It passes through the engine untouched, whatever its class. */
const foreign = new WeakSet<object>()

/** Remembers that an error came from outside, and returns it. */
export function markForeign(error: unknown): unknown {
  if (typeof error === 'object' && error !== null) foreign.add(error)
  return error
}

/** An error of the template itself, which may get a place, a better message or become undefined. */
export function isOwn(error: unknown): error is TemplateError | PythonError {
  return (error instanceof TemplateError || error instanceof PythonError) && !foreign.has(error)
}

/** An own error that says a name or attribute is missing. */
export function isMissing(error: unknown): error is TemplateError {
  return isOwn(error) && error instanceof TemplateError && error.isUndefined
}

/** Whether an error is the engine's own exhausted stack. */
export function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && !foreign.has(error) && error.message.includes('call stack')
}

/** Fails because an undefined value is used. */
export function raise(missing: Undefined): never {
  throw new TemplateError(missing.message, missing.position, true)
}
