import { isUtf8 } from 'node:buffer'
import { InputError } from '../values/problem.ts'
import { isVaultText } from './envelope.ts'
import { keyring } from './keyring.ts'
import { isSopsFile, openSopsFile } from './sops.ts'

/** A file's content as it is used, and whether it was encrypted: then all of it is secret. */
export interface OpenContent<T> {
  readonly content: T
  readonly secret: boolean
}

/**
 * The text of a file of data: decrypted when the whole file is encrypted with Ansible Vault or SOPS.
 * @throws InputError when it cannot be opened
 */
export function openText(text: string, path: string): OpenContent<string> {
  if (isVaultText(text)) {
    const { content } = keyring().open(text, { file: path })
    if (isUtf8(content)) return { content: content.toString('utf8'), secret: true }
    throw new InputError([
      { message: 'what is encrypted here is not text in UTF-8', position: { file: path } },
    ])
  }
  if (isSopsFile(text)) return { content: openSopsFile(path), secret: true }
  return { content: text, secret: false }
}

/** Bytes; nobody keeps more in a file that SOPS encrypts value by value. */
export const LARGEST_SOPS = 1024 * 1024

/**
 * The bytes of any file that goes to a host (`copy`, `template`, `script`, `unarchive`): decrypted when they are a vault
 * text or a file of SOPS, since ciphertext is of no use there. Other content is given back as it is.
 * @throws InputError when it cannot be opened
 */
export function openBytes(bytes: Buffer, path: string): OpenContent<Buffer> {
  if (!isVaultText(bytes)) {
    const isSops = bytes.length <= LARGEST_SOPS && isSopsFile(bytes.toString('latin1'))
    return isSops
      ? { content: Buffer.from(openSopsFile(path)), secret: true }
      : { content: bytes, secret: false }
  }
  return { content: keyring().open(bytes.toString('latin1'), { file: path }).content, secret: true }
}
