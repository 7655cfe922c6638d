import { IncidentalSecret } from '../../values/masking/incidental-secret.ts'
import type { Position } from '../../values/position.ts'
import { hasTemplateMarks, TemplateText } from '../../values/template-text.ts'
import type { Value } from '../../values/value.ts'

/**
 * A value in which text with template marks, however deep, is a template.
 * @param secret the file was encrypted: what is no template is a Secret
 */
export function templated(value: Value, position: Position, secret = false): Value {
  if (typeof value === 'string' && hasTemplateMarks(value)) return new TemplateText(value, position, secret)
  if (Array.isArray(value)) return value.map((item) => templated(item, position, secret))
  if (value instanceof Map) {
    return new Map([...value].map(([key, item]) => [key, templated(item, position, secret)]))
  }
  const hidden =
    secret && (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
  return hidden ? new IncidentalSecret(value) : value
}
