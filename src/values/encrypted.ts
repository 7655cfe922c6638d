import type { Position } from './position.ts'
import { InputError } from './problem.ts'
import { Secret } from './secret.ts'

/**
 * A value encrypted with Ansible Vault. It passes through variables like any Secret and refuses to be used, so that
 * an inventory may hold values that a run has no need of.
 */
export class EncryptedValue extends Secret {
  /** As written: `$ANSIBLE_VAULT;1.1;AES256` and the lines below. */
  readonly ciphertext: string
  readonly position: Position

  constructor(ciphertext: string, position: Position) {
    super(null)
    this.ciphertext = ciphertext
    this.position = position
  }

  /** Whether a given password opens it. */
  opens(): boolean {
    return false
  }

  /** @throws InputError always: muster does not decrypt yet. */
  override reveal(): never {
    throw new InputError([
      {
        message: 'this value is encrypted with Ansible Vault, which muster cannot read yet',
        position: this.position,
        hint: 'give it with -e @FILE, or write it with !secret in a file that only you can read',
      },
    ])
  }

  override revealText(): never {
    return this.reveal()
  }
}
