import { jsonOf } from '../../values/json-value.ts'
import { Secret } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { isDict, type Value } from '../../values/value.ts'

/**
 * A policy document as JSON text, from a dict or from JSON text (as the lookup `template` gives it).
 * @param what names it in messages
 * @throws TaskFailure
 */
export function policyText(value: Value, what: string): string {
  const given = value instanceof Secret ? value.revealText() : value
  if (isDict(given)) return JSON.stringify(jsonOf(given))
  if (typeof given === 'string') {
    try {
      const parsed: unknown = JSON.parse(given)
      if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
        return JSON.stringify(parsed)
    } catch (error) {
      throw new TaskFailure(`${what} is not JSON: ${(error as Error).message}`)
    }
  }
  throw new TaskFailure(`${what} is not a policy document`, { hint: 'give a mapping, or JSON text of one' })
}

/** Whether two documents mean the same: order of keys and lists apart, and a lone item like a list of it. */
export function samePolicy(a: string, b: string): boolean {
  return canonical(readJson(a)) === canonical(readJson(b))
}

/** A document for a diff. */
export function policyValue(text: string): Value {
  return fromJson(readJson(text))
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function canonical(value: unknown): string {
  if (Array.isArray(value))
    return value.length === 1 ? canonical(value[0]) : `[${value.map(canonical).sort().join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`
  }
  // AWS gives back texts where the document had booleans and numbers ("true" in a condition).
  return JSON.stringify(String(value))
}

function fromJson(value: unknown): Value {
  if (Array.isArray(value)) return value.map(fromJson)
  if (typeof value === 'object' && value !== null) {
    return new Map(Object.entries(value).map(([key, item]) => [key, fromJson(item)]))
  }
  return value as Value
}
