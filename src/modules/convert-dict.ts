import { Float } from '../values/float.ts'
import type { Dict, Value } from '../values/value.ts'

/**
 * A mapping from text: JSON, or `k=v` pairs between commas or blanks, with quotes and backslashes (Ansible's
 * check_type_dict). Undefined when it is neither.
 */
export function readDictText(text: string): Dict | undefined {
  const trimmed = text.trim()
  if (trimmed.startsWith('{')) {
    try {
      return fromJson(JSON.parse(trimmed)) as Dict
    } catch {
      return undefined
    }
  }
  if (!trimmed.includes('=')) return undefined
  const result: Dict = new Map()
  for (const field of splitFields(trimmed)) {
    const at = field.indexOf('=')
    if (at < 1) return undefined
    result.set(field.slice(0, at), field.slice(at + 1))
  }
  return result
}

function fromJson(value: unknown): Value {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return new Float(value)
  if (Array.isArray(value)) return value.map(fromJson)
  if (typeof value === 'object' && value !== null) {
    return new Map(Object.entries(value).map(([key, item]) => [key, fromJson(item)]))
  }
  return value as Value
}

function splitFields(text: string): string[] {
  const fields: string[] = []
  let field = ''
  let quote: string | undefined
  let escaped = false
  for (const character of text) {
    if (escaped) {
      field += character
      escaped = false
    } else if (character === '\\') escaped = true
    else if (quote === undefined && (character === "'" || character === '"')) quote = character
    else if (character === quote) quote = undefined
    else if (quote === undefined && (character === ',' || character === ' ')) {
      if (field !== '') fields.push(field)
      field = ''
    } else field += character
  }
  if (field !== '') fields.push(field)
  return fields
}
