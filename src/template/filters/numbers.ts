import { Float } from '../../values/float.ts'
import { integer, type Value } from '../../values/value.ts'
import type { Filter } from '../filter.ts'
import { bind, REQUIRED } from '../python/bind.ts'
import { asCount, asInteger } from '../python/convert.ts'
import { PythonError } from '../python/error.ts'
import {
  isInteger,
  isNumeric,
  parseFloatText,
  parseInteger,
  toDouble,
  truncate,
} from '../python/numbers/number.ts'
import { fixed, round as roundValue } from '../python/numbers/round.ts'
import { typeName } from '../python/type-name.ts'

const abs: Filter = (input, args) => {
  bind(args, {})
  if (input instanceof Float) return new Float(Math.abs(input.value))
  if (!isInteger(input)) throw new PythonError(`bad operand type for abs(): '${typeName(input)}'`)
  const value = BigInt(input)
  return integer(value < 0n ? -value : value)
}

function toInteger(value: Value, base: number): Value | undefined {
  const whole = typeof value === 'string' ? parseInteger(value, base) : undefined
  if (whole !== undefined) return whole
  if (isInteger(value)) return Number(value) === value ? value : integer(BigInt(value))
  const double = toFloat(value)
  return double === undefined ? undefined : truncate(double)
}

function toFloat(value: Value): number | undefined {
  if (typeof value === 'string') return parseFloatText(value)
  return isNumeric(value) ? toDouble(value) : undefined
}

const int: Filter = (input, args) => {
  const { default: missing, base } = bind(args, { default: 0, base: 10 })
  return toInteger(input, asInteger(base, 'base')) ?? missing
}

const float: Filter = (input, args) => {
  const { default: missing } = bind(args, { default: new Float(0) })
  const value = toFloat(input)
  return value === undefined ? missing : new Float(value)
}

const round: Filter = (input, args) => {
  const { precision, method } = bind(args, { precision: 0, method: 'common' })
  const digits = asCount(precision, 'precision')
  if (method === 'common') return roundValue(input, digits)
  if (method !== 'ceil' && method !== 'floor') throw new PythonError('method must be common, ceil or floor')
  if (!isNumeric(input)) throw new PythonError(`must be real number, not ${typeName(input)}`)
  const unit = 10 ** digits
  const scaled = toDouble(input) * unit
  // Python's ceil and floor give integers, which have no -0.
  const whole = (method === 'ceil' ? Math.ceil(scaled) : Math.floor(scaled)) + 0
  return new Float(whole / unit)
}

const DECIMAL = ['kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB']
const BINARY = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB', 'ZiB', 'YiB']

const filesizeformat: Filter = (input, args) => {
  const { binary } = bind(args, { binary: false })
  const bytes = toFloat(input)
  if (bytes === undefined) throw new PythonError(`could not convert ${typeName(input)} to float`)
  const [base, units] = binary === true ? [1024, BINARY] : [1000, DECIMAL]
  if (bytes === 1) return '1 Byte'
  if (bytes < base) return `${Math.trunc(bytes)} Bytes`
  const index = units.findIndex((_, power) => bytes < base ** (power + 2))
  const power = index === -1 ? units.length - 1 : index
  return `${fixed((base * bytes) / base ** (power + 2), 1)} ${units[power]}`
}

/** A number for a function of Python's math module. */
function real(value: Value, filter: string): number {
  if (isNumeric(value)) return toDouble(value)
  throw new PythonError(`${filter}() can only be used on numbers`)
}

const log: Filter = (input, args) => {
  const { base } = bind(args, { base: new Float(Math.E) })
  const value = real(input, 'log')
  const root = real(base, 'log')
  if (value <= 0 || root <= 0) throw new PythonError('math domain error')
  if (root === 1) throw new PythonError('float division by zero')
  return new Float(root === 10 ? Math.log10(value) : Math.log(value) / Math.log(root))
}

const pow: Filter = (input, args) => {
  const { y } = bind(args, { y: REQUIRED })
  const result = real(input, 'pow') ** real(y, 'pow')
  if (Number.isNaN(result)) throw new PythonError('math domain error')
  return new Float(result)
}

const root: Filter = (input, args) => {
  const { base } = bind(args, { base: 2 })
  const value = real(input, 'root')
  const degree = typeof base === 'string' ? parseFloatText(base) : real(base, 'root')
  const result = degree === 2 ? Math.sqrt(value) : value ** (1 / (degree ?? Number.NaN))
  if (Number.isNaN(result)) throw new PythonError('root() can only be used on numbers')
  return new Float(result)
}

export const filters: Readonly<Record<string, Filter>> = {
  abs,
  int,
  float,
  round,
  filesizeformat,
  log,
  pow,
  root,
}
