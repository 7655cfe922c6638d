import { Float } from '../../values/float.ts'
import { Blank, type Operand, Range, Tuple } from '../operand.ts'

/** Python's truth of a value that is no secret and not undefined. */
export function truth(value: Operand): boolean {
  if (Array.isArray(value)) return value.length > 0
  if (value instanceof Map) return value.size > 0
  if (value instanceof Float) return value.value !== 0
  if (value instanceof Tuple) return value.items.length > 0
  if (value instanceof Range) return value.length > 0
  if (value instanceof Blank) return false
  return Boolean(value)
}
