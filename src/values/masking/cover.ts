import { Float } from '../float.ts'
import { Secret } from '../secret.ts'
import { TemplateText } from '../template-text.ts'
import type { Value } from '../value.ts'

/** A value with every scalar in it as a Secret but null; what a template in it gives will be one. */
export function cover(value: Value): Value {
  if (value === null || value instanceof Secret) return value
  if (Array.isArray(value)) return value.map(cover)
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, cover(item)]))
  if (value instanceof TemplateText) return new TemplateText(value.source, value.position, true)
  // A Secret holds no floats and no dates: their text.
  return new Secret(typeof value === 'object' ? String(value instanceof Float ? value.value : value) : value)
}
