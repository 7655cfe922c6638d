import { createHash, getHashes } from 'node:crypto'
import type { Filter } from '../filter.ts'
import { bind } from '../python/bind.ts'
import { asText } from '../python/convert.ts'
import { PythonError } from '../python/error.ts'
import { str } from '../python/text/repr.ts'

/** Python's names of digests that OpenSSL calls otherwise. */
const OPENSSL_NAMES: Readonly<Record<string, string>> = {
  blake2b: 'blake2b512',
  blake2s: 'blake2s256',
  sha3_224: 'sha3-224',
  sha3_256: 'sha3-256',
  sha3_384: 'sha3-384',
  sha3_512: 'sha3-512',
  sha512_224: 'sha512-224',
  sha512_256: 'sha512-256',
}

function digest(text: string, name: string): string {
  const algorithm = OPENSSL_NAMES[name] ?? name
  if (!getHashes().some((known) => known.toLowerCase() === algorithm.toLowerCase())) {
    throw new PythonError(`unsupported hash type ${name}`)
  }
  return createHash(algorithm).update(text, 'utf8').digest('hex')
}

const hash: Filter = (input, args) => {
  const { hashtype } = bind(args, { hashtype: 'sha1' })
  return digest(str(input), asText(hashtype, 'hashtype'))
}

const sha1: Filter = (input, args) => {
  bind(args, {})
  return digest(str(input), 'sha1')
}

const md5: Filter = (input, args) => {
  bind(args, {})
  return digest(str(input), 'md5')
}

/** The name space that Ansible makes its UUIDs in. */
const ANSIBLE_NAMESPACE = '361E6D51-FAEC-444A-9079-341386DA8E2E'

const toUuid: Filter = (input, args) => {
  const { namespace } = bind(args, { namespace: ANSIBLE_NAMESPACE })
  const digits = str(namespace).replace(/^urn:uuid:|[{}-]/g, '')
  if (!/^[\da-fA-F]{32}$/.test(digits)) {
    throw new PythonError(
      `Invalid value '${str(namespace)}' for 'namespace': badly formed hexadecimal UUID string`,
    )
  }
  // Version 5 of RFC 4122: SHA-1 over the name space and the name.
  const bytes = createHash('sha1').update(Buffer.from(digits, 'hex')).update(str(input), 'utf8').digest()
  bytes[6] = (bytes[6]! & 0x0f) | 0x50
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return bytes
    .subarray(0, 16)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

export const filters: Readonly<Record<string, Filter>> = { hash, sha1, checksum: sha1, md5, to_uuid: toUuid }
