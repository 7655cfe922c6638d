import { DateTime } from './date-time.ts'
import { Float } from './float.ts'
import { Secret } from './secret.ts'
import { TemplateText } from './template-text.ts'
import type { Value } from './value.ts'

/** What JSON can hold. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue }

/**
 * A value as plain JSON data: dicts become objects (keys as text), floats numbers, big integers and dates text,
 * secrets their redacted form.
 */
export function jsonOf(value: Value): JsonValue {
  if (value instanceof Float)
    return Number.isFinite(value.value) ? value.value : String(value.value).replace('NaN', 'nan')
  if (value instanceof DateTime || value instanceof Secret) return value.toString()
  if (value instanceof TemplateText) return value.shown()
  if (typeof value === 'bigint') return value.toString()
  if (Array.isArray(value)) return value.map(jsonOf)
  if (value instanceof Map) {
    const object: { [key: string]: JsonValue } = Object.create(null)
    for (const [key, item] of value) object[String(key)] = jsonOf(item)
    return object
  }
  return value
}
