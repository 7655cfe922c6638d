import { DateTime } from '../../values/date-time.ts'
import { Float } from '../../values/float.ts'
import type { Value } from '../../values/value.ts'
import { typePlain } from '../../yaml/plain.ts'
import { reprFloat, str } from '../python/text/repr.ts'

/** A scalar as text, and whether that text without quotes would be read as what it is. */
export interface ScalarText {
  readonly text: string
  readonly plainMeansThis: boolean
}

/** The text of a scalar as PyYAML's representer writes it. */
export function scalarText(value: Value): ScalarText {
  if (typeof value === 'string') {
    const typed = typePlain(value)
    return { text: value, plainMeansThis: 'value' in typed && typeof typed.value === 'string' }
  }
  return { text: plainText(value), plainMeansThis: true }
}

function plainText(value: Value): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return String(value)
  if (value instanceof Float) return floatText(value.value)
  if (value instanceof DateTime) return str(value)
  return String(value)
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return '.nan'
  if (!Number.isFinite(value)) return value < 0 ? '-.inf' : '.inf'
  const text = reprFloat(value)
  // YAML 1.1 reads an exponent only behind a point.
  return text.includes('.') ? text : text.replace('e', '.0e')
}
