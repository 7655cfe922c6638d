import { DateTime } from './date-time.ts'
import { Float } from './float.ts'
import { Secret } from './secret.ts'
import { TemplateText } from './template-text.ts'
import type { Value } from './value.ts'

/** What JSON can hold. */
export type Plain = null | boolean | number | string | Plain[] | { [key: string]: Plain }

/**
 * A value as plain JSON data: dicts become objects (keys as text), floats numbers, big integers and dates text,
 * secrets their redacted form.
 */
export function plain(value: Value): Plain {
  if (value instanceof Float)
    return Number.isFinite(value.value) ? value.value : String(value.value).replace('NaN', 'nan')
  if (value instanceof DateTime || value instanceof Secret) return value.toString()
  if (value instanceof TemplateText) return value.shown()
  if (typeof value === 'bigint') return value.toString()
  if (Array.isArray(value)) return value.map(plain)
  if (value instanceof Map) {
    const object: { [key: string]: Plain } = Object.create(null)
    for (const [key, item] of value) object[String(key)] = plain(item)
    return object
  }
  return value
}
