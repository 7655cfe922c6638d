import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  pbkdf2Sync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'
import { type Envelope, writeEnvelope } from './envelope.ts'

/*
 * Ansible Vault's AES256 (formats 1.1 and 1.2): PBKDF2-SHA256 with 10000 rounds makes two keys and a counter, AES-256-CTR
 * encrypts text padded to whole blocks, HMAC-SHA256 over the ciphertext proves the password. Written with node:crypto,
 * since the library on npm reads 1.1 only and knows no ids.
 */
const ROUNDS = 10_000
const KEY = 32
const BLOCK = 16

function keysOf(password: string, salt: Buffer): { cipher: Buffer; hmac: Buffer; counter: Buffer } {
  const keys = pbkdf2Sync(password, salt, ROUNDS, 2 * KEY + BLOCK, 'sha256')
  return { cipher: keys.subarray(0, KEY), hmac: keys.subarray(KEY, 2 * KEY), counter: keys.subarray(2 * KEY) }
}

/** The plaintext of an envelope; undefined when this is not its password. */
export function decrypt(envelope: Envelope, password: string): Buffer | undefined {
  const keys = keysOf(password, envelope.salt)
  const hmac = createHmac('sha256', keys.hmac).update(envelope.ciphertext).digest()
  if (!timingSafeEqual(hmac, envelope.hmac)) return undefined
  const decipher = createDecipheriv('aes-256-ctr', keys.cipher, keys.counter)
  const padded = Buffer.concat([decipher.update(envelope.ciphertext), decipher.final()])
  const padding = padded.at(-1) ?? 0
  return padding < 1 || padding > BLOCK ? undefined : padded.subarray(0, padded.length - padding)
}

/** Content as a vault text that ansible-vault opens with the same password. */
export function encrypt(content: Buffer, password: string, id?: string): string {
  const salt = randomBytes(32)
  const keys = keysOf(password, salt)
  const padding = BLOCK - (content.length % BLOCK)
  const cipher = createCipheriv('aes-256-ctr', keys.cipher, keys.counter)
  const ciphertext = Buffer.concat([
    cipher.update(content),
    cipher.update(Buffer.alloc(padding, padding)),
    cipher.final(),
  ])
  const hmac = createHmac('sha256', keys.hmac).update(ciphertext).digest()
  return writeEnvelope({ id, salt, hmac, ciphertext })
}
