import { Secret } from '../values/secret.ts'
import { TemplateText } from '../values/template-text.ts'
import type { Value } from '../values/value.ts'

/** Variables whose name says that their value is a secret. */
const SECRET_VARIABLES: ReadonlySet<string> = new Set([
  'ansible_password',
  'ansible_ssh_pass',
  'ansible_ssh_password',
  'ansible_become_password',
  'ansible_become_pass',
  'ansible_sudo_pass',
  'ansible_ssh_private_key_passphrase',
])

/**
 * The value of a variable, as a Secret when the variable's name says so. A template stays one: the connection makes
 * its result a Secret.
 */
export function withSecrecy(name: string, value: Value): Value {
  if (!SECRET_VARIABLES.has(name)) return value
  const wrapped =
    value !== null &&
    (typeof value !== 'object' || !(value instanceof Secret || value instanceof TemplateText))
  return wrapped && typeof value !== 'object' ? new Secret(value) : value
}
