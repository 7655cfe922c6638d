import type { Value } from '../../values/value.ts'
import { raise } from '../evaluator/errors.ts'
import type { Evaluation } from '../evaluator/evaluation.ts'
import { finalize } from '../evaluator/values/finalize.ts'
import { type Operand, Undefined } from '../operand.ts'
import { PythonError } from '../python/error.ts'
import { lookup } from './lookup.ts'

/**
 * The items of `with_NAME` (task_executor.py, `_get_loop_items`): a text is a template, what is no list is one term.
 * `with_first_found` passes over terms that are undefined, as it always has.
 */
export function loopItems(name: string, terms: Value, evaluation: Evaluation): Value[] {
  const drops = name === 'first_found'
  const value = evaluation.force(terms)
  if (value instanceof Undefined && !drops) raise(value)
  const list: readonly Operand[] = Array.isArray(value) ? value : [value]
  const positional = drops ? list.flatMap((term) => defined(term, evaluation)) : list
  const found = lookup({ positional: [name, ...positional], named: new Map() }, evaluation, true)
  const items = finalize(evaluation, found)
  if (Array.isArray(items)) return items
  throw new PythonError(`with_${name} does not give a list`)
}

/** A term without what is undefined in it: none or one. */
function defined(term: Operand, evaluation: Evaluation): Operand[] {
  const value = evaluation.force(term)
  if (value instanceof Undefined) return []
  if (Array.isArray(value)) return [value.flatMap((item) => defined(item, evaluation))]
  if (!(value instanceof Map)) return [value]
  return [
    new Map([...value].flatMap(([key, item]) => defined(item, evaluation).map((one) => [key, one] as const))),
  ]
}
