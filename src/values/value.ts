import type { DateTime } from './date-time.ts'
import type { Float } from './float.ts'
import type { Secret } from './secret.ts'
import type { TemplateText } from './template-text.ts'

/**
 * What a variable, a parameter or a result holds.
 *
 * The shapes are Python's, because users write Ansible: an integer is a `number` when it is safe and a `bigint`
 * beyond (see {@link integer}), a float is a {@link Float} so that `1.0` stays apart from `1`, a mapping keeps its
 * order and may have keys that are not text. A plain `string` is data and never a template; text that a user wrote
 * with template marks is a {@link TemplateText}. Trust is a type, never a guess from the content.
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Float
  | DateTime
  | Secret
  | TemplateText
  | Value[]
  | Dict

/** A mapping in insertion order. Keys are text nearly always; Python also allows numbers, booleans and null. */
export type Dict = Map<Key, Value>
export type Key = string | number | bigint | boolean | null

/** Whether a value is a mapping of YAML or Jinja. */
export function isDict(value: unknown): value is Dict {
  return value instanceof Map
}

/** A dict from a plain object; for code and tests, not for input from outside. */
export function dict(entries: Record<string, Value> = {}): Dict {
  return new Map(Object.entries(entries))
}

/** The integer in its canonical form: `number` when safe, else `bigint`. */
export function integer(value: bigint): number | bigint {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(value)
    : value
}
