import { REDACTED } from '../../../values/secret.ts'
import { TemplateError } from '../../api.ts'
import { Blank, Undefined } from '../../operand.ts'
import { PythonError } from '../../python/error.ts'
import { isTrue } from '../expressions.ts'
import { printed } from '../values/concat.ts'
import { reveal, Taint } from '../values/secrets.ts'
import { bindLazy, type LazyFilter } from './filter.ts'

const fallback: LazyFilter = (input, args) => {
  const [other, boolean = false] = bindLazy(args, 'default_value', 'boolean')
  if (input instanceof Blank) throw new PythonError("Type 'Undefined' is unsupported for variable storage.")
  if (!(input instanceof Undefined) && !(isTrue(boolean) && !isTrue(input))) return input
  return other === undefined ? '' : other
}

const mandatory: LazyFilter = (input, args, context) => {
  const [message] = bindLazy(args, 'msg')
  if (!(input instanceof Undefined)) return input
  const name = input.name === undefined ? '' : `'${input.name}' `
  const taint = new Taint()
  const text =
    message === undefined || message === null
      ? `Mandatory variable ${name}not defined.`
      : printed(context.evaluation, message, taint)
  throw new TemplateError(taint.hidden ? REDACTED : text, input.position)
}

/** One of two or three arguments; those that are not chosen do not matter, be they undefined, omit or secret. */
const ternary: LazyFilter = (input, args) => {
  const [whenTrue, whenFalse, whenNull] = bindLazy(args, 'true_val', 'false_val', 'none_val')
  if (whenTrue === undefined || whenFalse === undefined) throw new PythonError('missing a required argument')
  if (reveal(input, new Taint()) === null && whenNull !== undefined && whenNull !== null) return whenNull
  return isTrue(input) ? whenTrue : whenFalse
}

/** Filters for values that may be missing. */
export const undefinedFilters: Readonly<Record<string, LazyFilter>> = {
  default: fallback,
  d: fallback,
  mandatory,
  ternary,
}
