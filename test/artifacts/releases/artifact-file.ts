import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** SHA-256 of a file, hexadecimal. */
export async function fileHash(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

/** A line of a checksum list: `<sha256>  <name>`. Undefined when the list does not name the file. */
export function listedHash(list: string, name: string): string | undefined {
  const line = list.split('\n').find((each) => each.trim().replace(/^[0-9a-f]{64} [ *]/, '') === name)
  return line?.trim().slice(0, 64)
}

/** @throws Error that names both sums */
export async function checkHash(path: string, name: string, expected: string): Promise<void> {
  const found = await fileHash(path)
  if (found !== expected) throw new Error(`${name}: SHA-256 is ${found}, the checksum list says ${expected}`)
}

/**
 * A file in the cache, made when it is missing or not what was made. `make` writes to the path it is given, which
 * becomes the file only when it returns.
 *
 * @returns the file's SHA-256
 */
export async function cached(path: string, make: (path: string) => Promise<void>): Promise<string> {
  const note = `${path}.sha256`
  const noted = await readFile(note, 'utf8').catch(() => undefined)
  if (noted !== undefined && (await fileHash(path).catch(() => undefined)) === noted) return noted
  await mkdir(dirname(path), { recursive: true })
  const part = `${path}.${process.pid}`
  try {
    await make(part)
    const hash = await fileHash(part)
    await rename(part, path)
    await writeFile(note, hash)
    return hash
  } finally {
    await rm(part, { force: true })
  }
}

/** Downloads a file. @throws Error when it cannot be had within five minutes, or the server not reached within ten seconds */
export async function download(url: string, path: string): Promise<void> {
  const response = await open(url)
  await pipeline(Readable.fromWeb(response.body!), createWriteStream(path), {
    signal: AbortSignal.timeout(300_000),
  })
}

/** Downloads a text. */
export async function downloadText(url: string): Promise<string> {
  return (await open(url)).text()
}

async function open(url: string): Promise<Response> {
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(new Error('no answer within 10 seconds')), 10_000)
  try {
    const response = await fetch(url, { signal: abort.signal })
    if (!response.ok) throw new Error(`HTTP ${response.status}`)
    return response
  } catch (error) {
    const cause = (error as Error).cause
    throw new Error(`${url}: ${cause instanceof Error ? cause.message : (error as Error).message}`)
  } finally {
    clearTimeout(timer)
  }
}
