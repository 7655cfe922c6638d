import { type Dict, isDict, type Value } from '../../values/value.ts'
import { PythonError } from './error.ts'
import { isInteger } from './numbers/number.ts'
import { characters } from './sequence.ts'
import { typeName } from './type-name.ts'

/** What a `for` loop sees: the items of a list, the keys of a dict, the characters of a text. @throws PythonError */
export function iterate(value: Value): Value[] {
  if (Array.isArray(value)) return value
  if (isDict(value)) return [...value.keys()]
  if (typeof value === 'string') return characters(value)
  throw new PythonError(`'${typeName(value)}' object is not iterable`)
}

/** An argument that must be text. @throws PythonError */
export function asText(value: Value, name: string): string {
  if (typeof value === 'string') return value
  throw new PythonError(`${name} must be text, not ${typeName(value)}`)
}

/** An argument that must be a whole number, as far as JavaScript counts exactly. @throws PythonError */
export function asInteger(value: Value, name: string): number {
  if (typeof value === 'bigint') throw new PythonError(`${name} is too large: ${value}`)
  if (isInteger(value)) return Number(value)
  throw new PythonError(`${name} must be a whole number, not ${typeName(value)}`)
}

/** Wider, longer or more often than this is a mistake in the template, and would fill the memory. */
const LARGEST_COUNT = 1_000_000

/** An argument that says how often or how wide. @throws PythonError also above {@link LARGEST_COUNT} */
export function asCount(value: Value, name: string): number {
  const count = asInteger(value, name)
  if (Math.abs(count) > LARGEST_COUNT) throw new PythonError(`${name} is too large: ${count}`)
  return count
}

/** An argument that must be a dict. @throws PythonError */
export function asDict(value: Value, name: string): Dict {
  if (isDict(value)) return value
  throw new PythonError(`${name} must be a dict, not ${typeName(value)}`)
}
