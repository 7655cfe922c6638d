import { Float } from '../../../values/float.ts'
import { integer, type Value } from '../../../values/value.ts'
import { PythonError } from '../error.ts'
import { typeName } from '../type-name.ts'
import { isInteger } from './number.ts'

/**
 * Python's `round(value, digits)`: to the nearest, halves to the even neighbour, judged on the number's exact value
 * (2.675 is a little less than it looks). An integer stays one.
 * @throws PythonError when the value is no number
 */
export function round(value: Value, digits: number): Value {
  if (isInteger(value)) {
    if (digits >= 0) return typeof value === 'boolean' ? Number(value) : value
    const unit = 10n ** BigInt(-digits)
    return integer(divideToEven(BigInt(value), unit) * unit)
  }
  if (value instanceof Float) return new Float(roundDouble(value.value, digits))
  throw new PythonError(`type ${typeName(value)} doesn't define __round__ method`)
}

/** The double nearest to the value rounded to so many digits behind the point (before it, when negative). */
export function roundDouble(value: number, digits: number): number {
  if (!Number.isFinite(value)) return value
  const rounded = Number(fixed(Math.abs(value), digits))
  return value < 0 || Object.is(value, -0) ? -rounded : rounded
}

/** The exact decimal form of a value of at least 0 with so many digits, halves to even: C's `%.*f`. */
export function fixed(value: number, digits: number): string {
  const { numerator, denominator } = exactFraction(value)
  const shift = 10n ** BigInt(Math.abs(digits))
  if (digits <= 0) return String(divideToEven(numerator, denominator * shift) * shift)
  const scaled = String(divideToEven(numerator * shift, denominator)).padStart(digits + 1, '0')
  return `${scaled.slice(0, -digits)}.${scaled.slice(-digits)}`
}

/** The digits of a value of at least 0 with one before the point, and the power of ten: C's `%.*e`. */
export function scientific(value: number, precision: number): { text: string; power: number } {
  if (value === 0) return { text: '0'.repeat(precision + 1), power: 0 }
  const { numerator, denominator } = exactFraction(value)
  let power = Number(value.toExponential().split('e')[1])
  const digits = () => {
    const shift = precision - power
    return shift >= 0
      ? divideToEven(numerator * 10n ** BigInt(shift), denominator)
      : divideToEven(numerator, denominator * 10n ** BigInt(-shift))
  }
  let text = String(digits())
  if (text.length > precision + 1) {
    // Rounded up to the next power of ten.
    power += 1
    text = String(digits())
  }
  return { text, power }
}

function divideToEven(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n
  const size = negative ? -numerator : numerator
  const quotient = size / denominator
  const twice = (size % denominator) * 2n
  const up = twice > denominator || (twice === denominator && quotient % 2n === 1n)
  const result = up ? quotient + 1n : quotient
  return negative ? -result : result
}

/** A finite double of at least 0 as a fraction, by its bits. */
function exactFraction(value: number): { numerator: bigint; denominator: bigint } {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  const bits = view.getBigUint64(0)
  const exponent = Number((bits >> 52n) & 0x7ffn)
  const fraction = bits & 0xfffffffffffffn
  const mantissa = exponent === 0 ? fraction : fraction | (1n << 52n)
  const power = (exponent === 0 ? 1 : exponent) - 1075
  return power >= 0
    ? { numerator: mantissa << BigInt(power), denominator: 1n }
    : { numerator: mantissa, denominator: 1n << BigInt(-power) }
}
