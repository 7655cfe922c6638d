import type { Value } from '../value.ts'
import { cover } from './cover.ts'
import { withSecretPasswords } from './url-password.ts'

/** Ansible's names for passwords, passphrases and keys of connections and of `become`, whatever their plugin; an activation's code. */
const SECRET_NAME = /^(?:ansible_(?:\w+_)?(?:pass|password|passphrase|private_key)|muster_activation_code)$/

/** Variables that hold addresses of proxies, which may have a password in them. */
const PROXY_NAME = /(?:^|_)proxy$/i

/** Whether the name of a variable says that its value is a secret. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name)
}

/**
 * The value of a variable, as a Secret when the variable's name says so; of a list or dict every value in it. Of the
 * address of a proxy, when there is a password in it. A template stays one, and what it gives will be a Secret. For every place that gives variables values: inventory and
 * variable files, `-e`, vars of plays, blocks and tasks, vars_files, set_fact and register.
 */
export function withSecrecy(name: string, value: Value): Value {
  if (isSecretName(name)) return cover(value)
  return PROXY_NAME.test(name) ? withSecretPasswords(value) : value
}
