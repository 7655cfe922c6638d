import { createHash } from 'node:crypto'
import { Secret } from '../../values/secret.ts'
import type { PushSource } from '../../values/transfer.ts'

/** Contents up to this many bytes ride in the request that puts them in place; larger ones are pushed. */
export const INLINE_LIMIT = 32 * 1024

/** What a file on the host shall hold. */
export interface Content {
  readonly size: number
  /** Hex SHA-256, for comparing. */
  readonly sha256: string
  /** Bytes for the standard input of the writing script; null when they are pushed. */
  readonly inline: Buffer | Secret | null
  readonly source: PushSource
  /** No output may show it. */
  readonly secret: boolean
}

/** Hex SHA-1 and MD5, the checksums that Ansible's results carry. */
export interface Digests {
  readonly sha1: string
  readonly md5: string
}

/** Content made on the controller: a parameter's text, or a rendered template. Text is written as UTF-8. */
export function contentOfText(text: string | Secret | Buffer): Content {
  const bytes = text instanceof Secret ? Buffer.from(text.revealText()) : Buffer.from(text)
  const source: PushSource = {
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    read: async function* () {
      yield bytes
    },
  }
  const inline = bytes.length > INLINE_LIMIT ? null : text instanceof Secret ? text : bytes
  return { size: source.size, sha256: source.sha256, inline, source, secret: text instanceof Secret }
}

/** The content of a file on the controller; small ones are read at once. */
export async function contentOfFile(source: PushSource & { readonly secret?: boolean }): Promise<Content> {
  const inline = source.size <= INLINE_LIMIT ? await readAll(source) : null
  return { size: source.size, sha256: source.sha256, inline, source, secret: source.secret === true }
}

/** All bytes of a source; for small ones. */
export async function readAll(source: PushSource): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of source.read()) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const known = new WeakMap<PushSource, Promise<Digests>>()

/** SHA-1 and MD5 of a source, computed once, however many hosts get it. */
export function digestsOf(source: PushSource): Promise<Digests> {
  let digests = known.get(source)
  if (digests === undefined) {
    digests = computeDigests(source)
    known.set(source, digests)
  }
  return digests
}

async function computeDigests(source: PushSource): Promise<Digests> {
  if (source.digests !== undefined) {
    const [sha1 = '', md5 = ''] = await source.digests(['sha1', 'md5'])
    return { sha1, md5 }
  }
  const sha1 = createHash('sha1')
  const md5 = createHash('md5')
  for await (const chunk of source.read()) {
    sha1.update(chunk)
    md5.update(chunk)
  }
  return { sha1: sha1.digest('hex'), md5: md5.digest('hex') }
}
