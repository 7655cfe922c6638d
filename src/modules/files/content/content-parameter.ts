import { dumpJson } from '../../../template/python/formats/json-dump.ts'
import { str } from '../../../template/python/text/repr.ts'
import { Secret, secretsIn } from '../../../values/secret.ts'
import { isDict, type Value } from '../../../values/value.ts'

/**
 * The text of `copy: content=`: text as it is, a mapping or list as JSON, numbers and booleans as Python prints them
 * (facts/modules.md, copy). Secret when any part of it is.
 */
export function contentParameter(value: Value): string | Secret {
  if (value instanceof Secret) return new Secret(value.revealText(), { from: [value], joined: true })
  if (!isDict(value) && !Array.isArray(value)) return str(value)
  const text = dumpJson(revealed(value))
  const from = secretsIn(value)
  return from.length === 0 ? text : new Secret(text, { from, joined: true })
}

/** The value with its secrets in the open; what is made of it must be a Secret where `secretsIn` finds any. */
export function revealed(value: Value): Value {
  if (value instanceof Secret) return value.reveal()
  if (Array.isArray(value)) return value.map(revealed)
  return isDict(value) ? new Map([...value].map(([key, item]) => [key, revealed(item)])) : value
}
