import { Float } from '../../values/float.ts'
import { isDict, type Value } from '../../values/value.ts'

/** Python's truth: false are None, false, 0, 0.0, and empty text, lists and dicts. */
export function isTrue(value: Value): boolean {
  if (value === null) return false
  if (value instanceof Float) return value.value !== 0
  if (Array.isArray(value)) return value.length > 0
  if (isDict(value)) return value.size > 0
  if (typeof value === 'object') return true
  return Boolean(value)
}
