import { randomInt } from 'node:crypto'
import { encrypt } from 'unixcrypt'
import { PythonError } from './error.ts'

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
/** More take muster longer than a second or two, in which it does nothing else. */
const MOST_ROUNDS = 1_000_000
/** libxcrypt refuses longer ones, so that nobody could log in with them (CRYPT_MAX_PASSPHRASE_SIZE, in bytes). */
const LONGEST_PASSWORD = 512
const SALT_CHARACTERS = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const LONGEST_SALT = 16

/** The names of schemes that can be made here. */
export function hashSchemes(): readonly string[] {
  return [...SCHEMES.keys()]
}

/** A salt of the longest kind that the schemes take. */
export function randomSalt(length = LONGEST_SALT): string {
  return Array.from({ length }, () => SALT_CHARACTERS[randomInt(SALT_CHARACTERS.length)]).join('')
}

/**
 * A password as `/etc/shadow` holds it. With the usual number of rounds it takes about a second.
 * @throws PythonError for a scheme that is not made here, a bad salt, or what would take too long
 */
export function hashPassword(
  password: string,
  hashtype: string,
  { salt, rounds }: { readonly salt: string; readonly rounds?: number | undefined },
): string {
  const scheme = SCHEMES.get(hashtype)
  if (scheme === undefined) throw new PythonError(`${hashtype} is not supported: use sha512 or sha256`)
  if (!/^[./0-9A-Za-z]*$/.test(salt)) throw new PythonError(`invalid characters in ${hashtype} salt`)
  if (salt.length > LONGEST_SALT) {
    throw new PythonError(`the salt is too long: at most ${LONGEST_SALT} characters`)
  }
  const count = rounds ?? scheme.rounds
  if (count < 1000 || count > MOST_ROUNDS) {
    throw new PythonError(`rounds must be from 1000 to ${MOST_ROUNDS}`)
  }
  if (Buffer.byteLength(password) > LONGEST_PASSWORD) {
    throw new PythonError(`the password is longer than ${LONGEST_PASSWORD} bytes, which no host takes`)
  }
  return encrypt(password, `$${scheme.id}$${count === IMPLIED_ROUNDS ? '' : `rounds=${count}$`}${salt}`)
}
