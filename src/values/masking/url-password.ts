import { Secret } from '../secret.ts'
import { TemplateText } from '../template-text.ts'
import type { Value } from '../value.ts'

/** An address with a user in it. */
const WITH_USER = /^[a-z][a-z0-9+.-]*:\/\/(.*)@/is

/**
 * A value, with each address in it that has a user or password as a Secret: `http://user:password@proxy:3128`. The
 * password alone, and user and password as `Proxy-Authorization` has them, are hidden too, wherever a program prints
 * them. A template that holds such an address stays one, and what it gives will be a Secret.
 */
export function withSecretPasswords(value: Value): Value {
  if (Array.isArray(value)) return value.map(withSecretPasswords)
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, withSecretPasswords(item)]))
  if (value instanceof TemplateText)
    return /:\/\/.*@/s.test(value.source) ? new TemplateText(value.source, value.position, true) : value
  return typeof value === 'string' ? secretAddress(value) : value
}

function secretAddress(text: string): string | Secret {
  const user = WITH_USER.exec(text)?.[1]
  if (user === undefined) return text
  const at = user.indexOf(':')
  const parts = at === -1 ? [user] : [user, user.slice(at + 1)]
  const spellings = new Set([...parts, ...parts.map(decoded)].filter((part) => part !== ''))
  return new Secret(text, { from: [...spellings].map((part) => new Secret(part)) })
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
