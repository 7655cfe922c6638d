import { Float } from '../../../values/float.ts'
import { integer, type Value } from '../../../values/value.ts'

/** Python's numbers: integers of any size, floats, and booleans, which count as 0 and 1. */
export type Numeric = number | bigint | boolean | Float

/** Whether Python counts with the value; booleans are numbers there. */
export function isNumeric(value: Value): value is Numeric {
  return (
    typeof value === 'number' ||
    typeof value === 'bigint' ||
    typeof value === 'boolean' ||
    value instanceof Float
  )
}

/** An integer in Python's sense, booleans among them. */
export function isInteger(value: Value): value is number | bigint | boolean {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
}

/** The number for comparisons: JavaScript compares `number` with `bigint` exactly. */
export function comparable(value: Numeric): number | bigint {
  if (value instanceof Float) return value.value
  return typeof value === 'boolean' ? Number(value) : value
}

/** The number as a double, rounded where an integer is too big. */
export function toDouble(value: Numeric): number {
  return Number(comparable(value))
}

const DIGITS: Readonly<Record<number, RegExp>> = {
  2: /^(?:0b_?)?([01]+(?:_[01]+)*)$/i,
  8: /^(?:0o_?)?([0-7]+(?:_[0-7]+)*)$/i,
  10: /^(\d+(?:_\d+)*)$/,
  16: /^(?:0x_?)?([\da-f]+(?:_[\da-f]+)*)$/i,
}

/** Python reads no longer integers: the work grows with the square of the length. */
export const MOST_DIGITS = 4300

/**
 * Python's `int(text, base)`: blanks around, a sign, `_` between digits and the base's own prefix are allowed.
 * @returns undefined when the text is no integer of that base
 */
export function parseInteger(text: string, base = 10): number | bigint | undefined {
  const match = /^\s*([+-]?)(\S+)\s*$/.exec(text)
  const digits = match?.[2]
  if (match === null || digits === undefined || digits.length > MOST_DIGITS) return undefined
  let value: bigint | undefined
  const known = DIGITS[base]
  if (known !== undefined) {
    const body = known.exec(digits)?.[1]?.replaceAll('_', '')
    if (body === undefined) return undefined
    value = BigInt({ 2: '0b', 8: '0o', 10: '', 16: '0x' }[base] + body)
  } else if (base === 0) {
    if (/^0[box]/i.test(digits)) {
      const prefix = digits[1]!.toLowerCase()
      return parseInteger(match[1]! + digits, prefix === 'b' ? 2 : prefix === 'o' ? 8 : 16)
    }
    return /^0[0_]*[1-9]/.test(digits) ? undefined : parseInteger(match[1]! + digits, 10)
  } else if (base >= 2 && base <= 36) {
    value = 0n
    for (const digit of digits.replaceAll('_', '').toLowerCase()) {
      const number = Number.parseInt(digit, 36)
      if (Number.isNaN(number) || number >= base) return undefined
      value = value * BigInt(base) + BigInt(number)
    }
  }
  if (value === undefined) return undefined
  return integer(match[1] === '-' ? -value : value)
}

/**
 * Python's `float(text)`.
 * @returns undefined when the text is no number
 */
export function parseFloatText(text: string): number | undefined {
  const word = text.trim().toLowerCase()
  const special = /^([+-]?)(inf|infinity|nan)$/.exec(word)
  if (special !== null) {
    const size = special[2] === 'nan' ? Number.NaN : Number.POSITIVE_INFINITY
    return special[1] === '-' ? -size : size
  }
  const digits = String.raw`\d+(?:_\d+)*`
  const number = new RegExp(
    String.raw`^[+-]?(?:${digits}(?:\.(?:${digits})?)?|\.${digits})(?:e[+-]?${digits})?$`,
  )
  return number.test(word) ? Number(word.replaceAll('_', '')) : undefined
}

/**
 * The integer below a double, towards zero: Python's `int(1e20)`.
 * @returns undefined for infinities and NaN
 */
export function truncate(value: number): number | bigint | undefined {
  return Number.isFinite(value) ? integer(BigInt(Math.trunc(value))) : undefined
}
