import type { Value } from '../../values/value.ts'
import { Range, Tuple } from '../operand.ts'
import type { Comparison } from '../parser/nodes.ts'
import { dictGet, equals, toKey } from '../python/equality.ts'
import { PythonError } from '../python/error.ts'
import { isNumeric } from '../python/numbers/number.ts'
import { compare } from '../python/ordering.ts'
import { typeOf } from './type-of.ts'

/** What a comparison sees: values without secrets and laziness, or a tuple or range of them. */
export type Plain = Value | Tuple | Range

/** Python's comparison of two values. @throws PythonError for types that have no order or hold nothing */
export function compares(left: Plain, operator: Comparison, right: Plain): boolean {
  switch (operator) {
    case '==':
      return isSame(left, right)
    case '!=':
      return !isSame(left, right)
    case 'in':
      return isIn(left, right)
    case 'not in':
      return !isIn(left, right)
  }
  if (kind(left) !== kind(right) || left instanceof Range || right instanceof Range) {
    throw new PythonError(
      `'${operator}' not supported between instances of '${typeOf(left)}' and '${typeOf(right)}'`,
    )
  }
  return compare(flat(left), operator, flat(right))
}

/** A list is never equal to a tuple, nor a range to either. */
function isSame(left: Plain, right: Plain): boolean {
  return kind(left) === kind(right) && equals(flat(left), flat(right))
}

function kind(value: Plain): string {
  return value instanceof Tuple ? 'tuple' : value instanceof Range ? 'range' : 'value'
}

function flat(value: Plain): Value {
  if (value instanceof Tuple) return value.items as Value[]
  return value instanceof Range ? value.items() : value
}

function isIn(needle: Plain, haystack: Plain): boolean {
  if (typeof haystack === 'string') {
    if (typeof needle === 'string') return haystack.includes(needle)
    throw new PythonError(`'in <string>' requires string as left operand, not ${typeOf(needle)}`)
  }
  if (haystack instanceof Range) {
    const whole = needle instanceof Tuple || needle instanceof Range || !isNumeric(needle)
    return !whole && haystack.items().some((item) => equals(item, needle))
  }
  if (Array.isArray(haystack)) return haystack.some((item) => isSame(item, needle))
  if (haystack instanceof Tuple) return haystack.items.some((item) => isSame(item as Plain, needle))
  if (haystack instanceof Map) return dictGet(haystack, toKey(flat(needle))) !== undefined
  throw new PythonError(`argument of type '${typeOf(haystack)}' is not iterable`)
}
