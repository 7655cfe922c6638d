import type { Position } from '../values/position.ts'
import { InputError } from '../values/problem.ts'
import type { Secret } from '../values/secret.ts'
import { decrypt } from './cipher.ts'
import { readEnvelope, vaultIdOf } from './envelope.ts'

/** A password and the id it goes by; `default` when nobody named one. */
export interface VaultPassword {
  readonly id: string
  readonly password: Secret
}

/** Opens what is encrypted with Ansible Vault. */
export class Keyring {
  readonly passwords: readonly VaultPassword[]
  readonly #opened = new Map<string, { readonly content: Buffer; readonly by: VaultPassword }>()

  constructor(passwords: readonly VaultPassword[]) {
    this.passwords = passwords
  }

  /**
   * The content of a vault text and the password that opened it. Passwords of the id in its header are tried first, then
   * all others, as Ansible does.
   * @throws InputError at `position` when none opens it
   */
  open(text: string, position: Position): { readonly content: Buffer; readonly by: VaultPassword } {
    const known = this.#opened.get(text)
    if (known !== undefined) return known
    const envelope = readEnvelope(text)
    if (typeof envelope === 'string') throw refused(envelope, position)
    const id = vaultIdOf(text)
    const first = this.passwords.filter((password) => password.id === id)
    for (const by of [...first, ...this.passwords.filter((password) => !first.includes(password))]) {
      const content = decrypt(envelope, by.password.revealText())
      if (content === undefined) continue
      const opened = { content, by }
      this.#opened.set(text, opened)
      return opened
    }
    const named = id === undefined ? '' : ` (vault id ${id})`
    if (this.passwords.length === 0) {
      throw refused(
        `is encrypted with Ansible Vault${named}, and no vault password is given`,
        position,
        'give one: --vault-password-file FILE, --vault-id ID@FILE or --ask-vault-pass',
      )
    }
    const tried = [...new Set(this.passwords.map((password) => password.id))].join(', ')
    throw refused(
      `is encrypted with Ansible Vault${named}, and no given password opens it`,
      position,
      `tried the passwords of ${tried}; name the right one: --vault-id ${id ?? 'ID'}@FILE`,
    )
  }
}

/*
 * The vault passwords of this process, like its environment: they are given once, on the command line, before anything
 * is read, and every reader of files and variables opens with them. Handing them down would put them into the signature
 * of each function that may come upon an encrypted value.
 */
let current = new Keyring([])

/** Sets the passwords that everything encrypted is opened with from now on. */
export function useVaultPasswords(passwords: readonly VaultPassword[]): void {
  current = new Keyring(passwords)
}

/** The passwords that {@link useVaultPasswords} was given last; without any, nothing opens. */
export function keyring(): Keyring {
  return current
}

/** The text of an encrypted value. @throws InputError when no password opens it */
export function openVaultText(text: string, position: Position): string {
  return current.open(text, position).content.toString('utf8')
}

function refused(message: string, position: Position, hint?: string): InputError {
  return new InputError([{ message, position, hint }])
}
