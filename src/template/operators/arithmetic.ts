import { DateTime } from '../../values/date-time.ts'
import { Float } from '../../values/float.ts'
import { integer, type Key, type Value } from '../../values/value.ts'
import { type Operand, Tuple } from '../operand.ts'
import type { BinaryOperator } from '../parser/nodes.ts'
import { PythonError } from '../python/error.ts'
import { percentFormat } from '../python/text/percent-format.ts'
import { TimeDelta } from './time-delta.ts'
import { typeOf } from './type-of.ts'

/** Texts and lists made by `*` are refused beyond this many characters or items, before memory runs out. */
const LARGEST = 10_000_000
/** Integers beyond this many bits are refused. */
const MOST_BITS = 100_000

type Integer = number | bigint
type Numeric = Integer | Float

/** A boolean, integer or float as a number; undefined for anything else. */
function numeric(value: Operand): Numeric | undefined {
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof Float) return value
  return typeof value === 'boolean' ? Number(value) : undefined
}

/**
 * Python's arithmetic on numbers, text, lists, tuples and dates. Operands are no secrets; for `%` on text they hold
 * nothing lazy either.
 * @throws PythonError as Python does
 */
export function arithmetic(operator: BinaryOperator, left: Operand, right: Operand): Operand {
  const a = numeric(left)
  const b = numeric(right)
  if (a !== undefined && b !== undefined) return onNumbers(operator, a, b)
  switch (operator) {
    case '+':
      return add(left, right)
    case '-':
      if (left instanceof DateTime && right instanceof DateTime) return TimeDelta.between(left, right)
      break
    case '*':
      if (typeof a === 'number') return repeat(right, a) ?? unsupported(operator, left, right)
      if (typeof b === 'number') return repeat(left, b) ?? unsupported(operator, left, right)
      break
    case '%':
      if (typeof left === 'string') {
        const values = right instanceof Tuple ? right.items : right instanceof Map ? right : [right]
        return percentFormat(left, values as Value[] | Map<Key, Value>)
      }
  }
  return unsupported(operator, left, right)
}

/** `-value` and `+value`. @throws PythonError for what has no sign */
export function signed(operator: '-' | '+', value: Operand): Operand {
  const number = numeric(value)
  if (number === undefined)
    throw new PythonError(`bad operand type for unary ${operator}: '${typeOf(value)}'`)
  if (operator === '+') return number
  if (number instanceof Float) return new Float(-number.value)
  return typeof number === 'bigint' ? integer(-number) : number === 0 ? 0 : -number
}

function unsupported(operator: BinaryOperator, left: Operand, right: Operand): never {
  const name = operator === '**' ? '** or pow()' : operator
  throw new PythonError(`unsupported operand type(s) for ${name}: '${typeOf(left)}' and '${typeOf(right)}'`)
}

function add(left: Operand, right: Operand): Operand {
  if (typeof left === 'string') {
    if (typeof right === 'string') return left + right
    throw new PythonError(`can only concatenate str (not "${typeOf(right)}") to str`)
  }
  if (Array.isArray(left)) {
    if (Array.isArray(right)) return [...left, ...right]
    throw new PythonError(`can only concatenate list (not "${typeOf(right)}") to list`)
  }
  if (left instanceof Tuple) {
    if (right instanceof Tuple) return new Tuple([...left.items, ...right.items])
    throw new PythonError(`can only concatenate tuple (not "${typeOf(right)}") to tuple`)
  }
  return unsupported('+', left, right)
}

function repeat(value: Operand, count: number): Operand | undefined {
  const times = Math.max(0, count)
  const within = (length: number) => {
    if (length * times > LARGEST) throw new PythonError(`a result of more than ${LARGEST} items is refused`)
  }
  if (typeof value === 'string') {
    within(value.length)
    return value.repeat(times)
  }
  const items = Array.isArray(value) ? value : value instanceof Tuple ? value.items : undefined
  if (items === undefined) return undefined
  within(items.length)
  const repeated = Array.from({ length: times }, () => items).flat()
  return Array.isArray(value) ? repeated : new Tuple(repeated)
}

function onNumbers(operator: BinaryOperator, a: Numeric, b: Numeric): Operand {
  if (a instanceof Float || b instanceof Float) return new Float(onFloats(operator, asDouble(a), asDouble(b)))
  switch (operator) {
    case '/':
      if (Number(b) === 0) throw new PythonError('division by zero')
      return new Float(Number(a) / Number(b))
    case '//':
      if (Number(b) === 0) throw new PythonError('integer division or modulo by zero')
      return floorDivide(BigInt(a), BigInt(b))
    case '%':
      if (Number(b) === 0) throw new PythonError('integer modulo by zero')
      return modulo(BigInt(a), BigInt(b))
    case '**':
      return power(a, b)
  }
  if (typeof a === 'number' && typeof b === 'number') {
    const quick = operator === '+' ? a + b : operator === '-' ? a - b : a * b
    if (Number.isSafeInteger(quick)) return quick === 0 ? 0 : quick
  }
  const x = BigInt(a)
  const y = BigInt(b)
  return integer(operator === '+' ? x + y : operator === '-' ? x - y : x * y)
}

function asDouble(value: Numeric): number {
  return value instanceof Float ? value.value : Number(value)
}

function floorDivide(a: bigint, b: bigint): Integer {
  const quotient = a / b
  return integer(a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient)
}

function modulo(a: bigint, b: bigint): Integer {
  const rest = a % b
  return integer(rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest)
}

function power(a: Integer, b: Integer): Operand {
  if (b < 0) {
    if (Number(a) === 0) throw new PythonError('0.0 cannot be raised to a negative power')
    return new Float(Number(a) ** Number(b))
  }
  const bits = BigInt(a).toString(2).length * Number(b)
  if (bits > MOST_BITS && a !== 0 && a !== 1 && a !== -1) {
    throw new PythonError(`an integer of more than ${MOST_BITS} bits is refused`)
  }
  return integer(BigInt(a) ** BigInt(b))
}

function onFloats(operator: BinaryOperator, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
      if (b === 0) throw new PythonError('float division by zero')
      return a / b
    case '//':
      if (b === 0) throw new PythonError('float floor division by zero')
      return Math.floor(a / b)
    case '%': {
      if (b === 0) throw new PythonError('float modulo')
      const rest = a % b
      return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest
    }
    case '**':
      if (a === 0 && b < 0) throw new PythonError('0.0 cannot be raised to a negative power')
      return a ** b
  }
}
