import type { Position } from '../values/position.ts'
import { hasTemplateMarks, TemplateText } from '../values/template-text.ts'
import type { Value } from '../values/value.ts'

/** A value in which text with template marks, however deep, is a template. */
export function templated(value: Value, position: Position): Value {
  if (typeof value === 'string') return hasTemplateMarks(value) ? new TemplateText(value, position) : value
  if (Array.isArray(value)) return value.map((item) => templated(item, position))
  return value instanceof Map
    ? new Map([...value].map(([key, item]) => [key, templated(item, position)]))
    : value
}
