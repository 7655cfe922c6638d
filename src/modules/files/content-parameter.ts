import { str } from '../../template/python/repr.ts'
import { Float } from '../../values/float.ts'
import { Secret } from '../../values/secret.ts'
import { isDict, type Value } from '../../values/value.ts'

/**
 * The text of `copy: content=`: text as it is, a mapping or list as JSON, numbers and booleans as Python prints them
 * (facts/modules.md, copy). Secret when any part of it is.
 */
export function contentParameter(value: Value): string | Secret {
  if (value instanceof Secret) return new Secret(value.revealText())
  if (!isDict(value) && !Array.isArray(value)) return str(value)
  const found = { secret: false }
  const text = jsonText(value, found)
  return found.secret ? new Secret(text) : text
}

/** JSON as Python's `json.dumps` writes it: a space after each colon and comma, characters beyond ASCII escaped. */
export function jsonText(value: Value, found: { secret: boolean } = { secret: false }): string {
  if (value instanceof Secret) {
    found.secret = true
    return jsonText(value.reveal(), found)
  }
  if (Array.isArray(value)) return `[${value.map((item) => jsonText(item, found)).join(', ')}]`
  if (isDict(value)) {
    const items = [...value].map(([key, item]) => {
      const name = typeof key === 'string' ? key : jsonText(key)
      return `${asciiJson(name)}: ${jsonText(item, found)}`
    })
    return `{${items.join(', ')}}`
  }
  if (value instanceof Float) return str(value)
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  return asciiJson(typeof value === 'string' ? value : str(value))
}

function asciiJson(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
