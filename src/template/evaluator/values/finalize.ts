import { DateTime } from '../../../values/date-time.ts'
import { Float } from '../../../values/float.ts'
import { type Origin, Secret } from '../../../values/secret.ts'
import { TemplateText } from '../../../values/template-text.ts'
import type { Key, Value } from '../../../values/value.ts'
import { OMIT } from '../../api.ts'
import { Hidden, Internal, type Operand, Tuple, Undefined } from '../../operand.ts'
import { typeOf } from '../../operators/type-of.ts'
import { PythonError } from '../../python/error.ts'
import { str } from '../../python/text/repr.ts'
import { raise } from '../errors.ts'
import type { Evaluation } from '../evaluation.ts'
import { resolveValue } from './resolve-operand.ts'
import { hide, secretKey, Taint } from './secrets.ts'

/**
 * An operand as a Value for the world outside: everything rendered, omitted items dropped, secrets covered.
 * @throws TemplateError for an undefined value inside; PythonError for what cannot be stored
 */
export function finalize(evaluation: Evaluation, operand: Operand): Value | typeof OMIT {
  const value = evaluation.force(operand)
  return value === OMIT ? OMIT : finalValue(evaluation, value)
}

function finalValue(evaluation: Evaluation, value: Operand): Value {
  if (Array.isArray(value)) return finalItems(evaluation, value)
  if (value instanceof Map) return finalEntries(evaluation, value)
  if (value instanceof Tuple) return finalItems(evaluation, value.items)
  if (value instanceof Hidden) return covered(evaluation, value)
  if (value instanceof Undefined) raise(value)
  if (value === OMIT || value instanceof Internal || value instanceof TemplateText) {
    throw new PythonError(`Type '${typeOf(value)}' is unsupported for variable storage.`)
  }
  return value
}

function finalItems(evaluation: Evaluation, items: readonly Operand[]): Value[] {
  const result: Value[] = []
  for (const item of items) {
    const value = finalize(evaluation, item)
    if (value !== OMIT) result.push(value)
  }
  return result
}

function finalEntries(evaluation: Evaluation, entries: Map<Key, Operand>): Map<Key, Value> {
  const result = new Map<Key, Value>()
  for (const [key, item] of entries) {
    const value = finalize(evaluation, item)
    if (value !== OMIT) result.set(key, value)
  }
  return result
}

function covered(evaluation: Evaluation, value: Hidden): Value {
  const taint = new Taint()
  taint.note(value)
  const revealed = resolveValue(evaluation, value.value, taint)
  return allSecret(revealed, taint.origin())
}

/** Every scalar as a Secret; floats and dates as their text, since a Secret holds no others. */
function allSecret(value: Value, origin: Origin): Value {
  if (Array.isArray(value)) return value.map((item) => allSecret(item, origin))
  if (value instanceof Map) {
    if (value.size > 0) throw secretKey()
    return value
  }
  return value instanceof Float || value instanceof DateTime
    ? new Secret(str(value), origin)
    : (hide(value, origin) as Secret)
}
