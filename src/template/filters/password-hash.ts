import { randomInt } from 'node:crypto'
import { encrypt } from 'unixcrypt'
import type { Filter } from '../filter.ts'
import { bind } from '../python/bind.ts'
import { asCount, asInteger, asText } from '../python/convert.ts'
import { PythonError } from '../python/error.ts'
import { str } from '../python/repr.ts'

interface Scheme {
  readonly id: number
  /** As many as Ansible lets passlib take. */
  readonly rounds: number
}

const SHA512: Scheme = { id: 6, rounds: 656_000 }
const SHA256: Scheme = { id: 5, rounds: 535_000 }
const SCHEMES: ReadonlyMap<string, Scheme> = new Map([
  ['sha512', SHA512],
  ['sha512_crypt', SHA512],
  ['sha256', SHA256],
  ['sha256_crypt', SHA256],
])
/** The number of rounds that a hash need not name. */
const IMPLIED_ROUNDS = 5000
const SALT_CHARACTERS = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const LONGEST_SALT = 16

function randomSalt(length: number): string {
  return Array.from({ length }, () => SALT_CHARACTERS[randomInt(SALT_CHARACTERS.length)]).join('')
}

/**
 * A password as `/etc/shadow` holds it. With the usual number of rounds it takes about a second; without a salt the
 * result is another one each time, as in Ansible.
 */
const passwordHash: Filter = (input, args) => {
  const { hashtype, salt, salt_size, rounds } = bind(args, {
    hashtype: 'sha512',
    salt: null,
    salt_size: null,
    rounds: null,
    ident: null,
  })
  const scheme = SCHEMES.get(str(hashtype))
  if (scheme === undefined) {
    throw new PythonError(`${str(hashtype)} is not supported: use sha512 or sha256`)
  }
  const length = salt_size === null ? LONGEST_SALT : asCount(salt_size, 'salt_size')
  const text = salt === null ? randomSalt(length) : asText(salt, 'salt')
  if (!/^[./0-9A-Za-z]*$/.test(text)) throw new PythonError(`invalid characters in ${str(hashtype)} salt`)
  if (text.length > LONGEST_SALT) {
    throw new PythonError(`the salt is too long: at most ${LONGEST_SALT} characters`)
  }
  const count = rounds === null ? scheme.rounds : asInteger(rounds, 'rounds')
  if (count < 1000 || count > 999_999_999) throw new PythonError('rounds must be from 1000 to 999999999')
  return encrypt(str(input), `$${scheme.id}$${count === IMPLIED_ROUNDS ? '' : `rounds=${count}$`}${text}`)
}

export const filters: Readonly<Record<string, Filter>> = { password_hash: passwordHash }
