import { DateTime } from '../../values/date-time.ts'
import type { Value } from '../../values/value.ts'
import { equals } from './equality.ts'
import { PythonError } from './error.ts'
import { comparable, isNumeric } from './numbers/number.ts'
import { typeName } from './type-name.ts'

/** Text by code points, as Python orders it; JavaScript's `<` goes by UTF-16 units. */
export function compareText(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index)
    const b = right.charCodeAt(index)
    if (a !== b) {
      const surrogates = Number(isSurrogate(a)) - Number(isSurrogate(b))
      return surrogates === 0 ? a - b : surrogates
    }
  }
  return left.length - right.length
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff
}

/**
 * How two values stand to each other: negative, 0, positive, or NaN where a NaN is in it.
 * @param operator the operator as the user wrote it, for the message
 * @throws PythonError when the types have no order
 */
function order(left: Value, right: Value, operator: string): number {
  if (isNumeric(left) && isNumeric(right)) return orderNumbers(comparable(left), comparable(right))
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right)
  if (Array.isArray(left) && Array.isArray(right)) {
    for (let index = 0; index < left.length && index < right.length; index++) {
      if (!equals(left[index]!, right[index]!)) return order(left[index]!, right[index]!, operator)
    }
    return left.length - right.length
  }
  if (left instanceof DateTime && right instanceof DateTime && left.dateOnly === right.dateOnly) {
    if ((left.offsetMinutes === null) !== (right.offsetMinutes === null)) {
      throw new PythonError("can't compare offset-naive and offset-aware datetimes")
    }
    return left.epochMilliseconds - right.epochMilliseconds || left.microseconds - right.microseconds
  }
  throw new PythonError(
    `'${operator}' not supported between instances of '${typeName(left)}' and '${typeName(right)}'`,
  )
}

function orderNumbers(left: number | bigint, right: number | bigint): number {
  if (left < right) return -1
  if (left > right) return 1
  // biome-ignore lint/suspicious/noDoubleEquals: only == compares a number with a bigint by value
  return left == right ? 0 : Number.NaN
}

/** Python's `<`, `<=`, `>`, `>=`. @throws PythonError when the types have no order */
export function compare(left: Value, operator: '<' | '<=' | '>' | '>=', right: Value): boolean {
  const result = order(left, right, operator)
  switch (operator) {
    case '<':
      return result < 0
    case '<=':
      return result <= 0
    case '>':
      return result > 0
    case '>=':
      return result >= 0
  }
}

/** Python's `sorted`: stable, also in reverse. @throws PythonError when two items have no order */
export function sorted<T>(items: readonly T[], key: (item: T) => Value, reverse = false): T[] {
  const keyed = items.map((item) => ({ item, key: key(item) }))
  // The engine hands over the later item first, which is also how Python asks; so the messages are alike.
  keyed.sort((a, b) => (reverse ? order(b.key, a.key, '<') : order(a.key, b.key, '<')) || 0)
  return keyed.map(({ item }) => item)
}
