import { DateTime } from '../values/date-time.ts'
import { EncryptedValue } from '../values/encrypted.ts'
import { Float } from '../values/float.ts'
import { IncidentalSecret } from '../values/masking/incidental-secret.ts'
import { rememberPlaces } from '../values/places.ts'
import { Secret } from '../values/secret.ts'
import { hasTemplateMarks, TemplateText } from '../values/template-text.ts'
import type { Dict, Key, Value } from '../values/value.ts'
import { openVaultText } from '../vault/keyring.ts'
import type { YamlNode, YamlScalar } from './node.ts'

/**
 * The value a node stands for: text with template marks becomes a TemplateText with its place, `!unsafe` text stays
 * plain, `!secret` becomes a Secret and `!vault` an EncryptedValue.
 */
export function toValue(node: YamlNode): Value {
  if (node.kind === 'list') return node.items.map(toValue)
  if (node.kind === 'map') {
    const dict: Dict = new Map()
    for (const { key, value } of node.entries) dict.set(toKey(key), toValue(value))
    rememberPlaces(
      dict,
      node.position,
      new Map(node.entries.map(({ key, value }) => [toKey(key), value.position])),
    )
    return dict
  }
  return scalarValue(node)
}

/** The key a scalar stands for; floats and dates, which no variable has for a key, become text. */
export function toKey(scalar: YamlScalar): Key {
  const value = scalar.value
  return value instanceof Float || value instanceof DateTime ? scalar.raw : value
}

function scalarValue(scalar: YamlScalar): Value {
  const value = scalar.value
  if (scalar.tag === 'vault') return new EncryptedValue(scalar.raw, scalar.position, openVaultText)
  if (scalar.tag === 'secret') return new Secret(scalar.raw)
  const template = scalar.tag === undefined && typeof value === 'string' && hasTemplateMarks(value)
  if (template) return new TemplateText(value, scalar.position, scalar.hidden)
  return scalar.hidden ? hiddenValue(value) : value
}

/** `true` and `null` hide nothing; Secrets hold no floats and no dates. */
function hiddenValue(value: YamlScalar['value']): Value {
  if (value === null || typeof value === 'boolean') return value
  if (value instanceof Float) return new IncidentalSecret(value.value)
  return new IncidentalSecret(value instanceof DateTime ? value.toString() : value)
}

/** The value of a node of an encrypted file that is used and shown all the same: what is not marked by itself is open. */
export function toOpenValue(node: YamlNode): Value {
  if (node.kind === 'scalar') return scalarValue({ ...node, hidden: false })
  return toValue(node)
}
