import { createHash } from 'node:crypto'
import { Secret } from '../../../values/secret.ts'
import type { PushSource } from '../../../values/transfer.ts'

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

type ResultDigest = 'sha1' | 'md5'

const known: Readonly<Record<ResultDigest, WeakMap<PushSource, Promise<string>>>> = {
  sha1: new WeakMap(),
  md5: new WeakMap(),
}

/**
 * Hex digest of a source as Ansible's results carry it, computed once, however many hosts get it. Of a large file each
 * costs as much as a handshake or ten: ask for the one that is told.
 */
export function digestOf(source: PushSource, algorithm: ResultDigest): Promise<string> {
  let digest = known[algorithm].get(source)
  if (digest === undefined) {
    digest = computeDigest(source, algorithm)
    known[algorithm].set(source, digest)
  }
  return digest
}

async function computeDigest(source: PushSource, algorithm: ResultDigest): Promise<string> {
  if (source.digests !== undefined) {
    const [digest = ''] = await source.digests([algorithm])
    return digest
  }
  const hash = createHash(algorithm)
  for await (const chunk of source.read()) hash.update(chunk)
  return hash.digest('hex')
}
