import { Blank, type Operand, Range, Tuple, Undefined } from '../../operand.ts'
import { typeOf } from '../../operators/type-of.ts'
import { PythonError } from '../../python/error.ts'
import { characters } from '../../python/sequence.ts'
import { raise } from '../errors.ts'
import { hideIf, reveal, Taint } from '../values/secrets.ts'

/**
 * What a loop sees: items of a list, keys of a dict, characters of a text. Items may still be templates or undefined;
 * those of a secret are secrets.
 * @throws TemplateError for an undefined value, PythonError for what has no items
 */
export function iterate(value: Operand): readonly Operand[] {
  if (value instanceof Undefined) raise(value)
  if (value instanceof Blank) return []
  const taint = new Taint()
  const items = itemsOf(reveal(value, taint))
  return taint.hidden ? items.map((item) => hideIf(taint, item)) : items
}

function itemsOf(value: Operand): readonly Operand[] {
  if (Array.isArray(value)) return value
  if (value instanceof Map) return [...value.keys()]
  if (typeof value === 'string') return characters(value)
  if (value instanceof Tuple) return value.items
  if (value instanceof Range) return value.items()
  throw new PythonError(`'${typeOf(value)}' object is not iterable`)
}
