import type { Position } from './position.ts'
import { InputError } from './problem.ts'
import { Secret } from './secret.ts'

/**
 * A value encrypted with Ansible Vault. It passes through variables like any Secret and is opened when it is used, so
 * that an inventory may hold values that a run has no need of and no password for.
 */
export class EncryptedValue extends Secret {
  /** As written: `$ANSIBLE_VAULT;1.1;AES256` and the lines below. */
  readonly ciphertext: string
  readonly position: Position

  readonly #open: (ciphertext: string, position: Position) => string

  /** @param open gives the text, or throws InputError at the position when no password opens it */
  constructor(
    ciphertext: string,
    position: Position,
    open: (ciphertext: string, position: Position) => string,
  ) {
    super(null)
    this.ciphertext = ciphertext
    this.position = position
    this.#open = open
  }

  /** Whether a given password opens it. */
  opens(): boolean {
    try {
      this.reveal()
      return true
    } catch (error) {
      if (error instanceof InputError) return false
      throw error
    }
  }

  /** @throws InputError when no given password opens it */
  override reveal(): string {
    return this.#open(this.ciphertext, this.position)
  }

  override revealText(): string {
    return this.reveal()
  }
}
