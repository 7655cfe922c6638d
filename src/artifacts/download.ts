import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ArtifactError } from './artifact-error.ts'
import { type FetchOptions, openAddress, unreachable } from './http.ts'

/** Bytes; more than any product here, and less than what fills a disk. */
const MAX_SIZE = 2 * 1024 ** 3

export interface Downloaded {
  readonly sha256: string
  readonly bytes: number
}

/**
 * Downloads a file: into a hidden file beside it, hashed on the way, and in its place only when it is whole, on the
 * disk, and `accept` did not throw. Whatever fails, an earlier file stays as it was and no part is left behind.
 *
 * @param accept gets the hidden file's path and what was downloaded
 * @throws ArtifactError when it cannot be had or ends early; whatever `accept` throws
 */
export async function download(
  address: string,
  path: string,
  options: FetchOptions,
  accept: (file: string, downloaded: Downloaded) => Promise<void>,
): Promise<Downloaded> {
  await mkdir(dirname(path), { recursive: true })
  const part = join(dirname(path), `.${basename(path)}.${randomUUID()}.part`)
  try {
    const downloaded = await stream(address, part, options)
    await accept(part, downloaded)
    await rename(part, path)
    return downloaded
  } finally {
    await rm(part, { force: true })
  }
}

async function stream(address: string, part: string, options: FetchOptions): Promise<Downloaded> {
  const response = await openAddress(address, options)
  const announced = Number(response.headers['content-length'] ?? Number.NaN)
  const hash = createHash('sha256')
  let bytes = 0
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      hash.update(chunk)
      if (bytes > MAX_SIZE) done(new ArtifactError(`${address}: larger than ${MAX_SIZE} bytes`))
      else done(null, chunk)
    },
  })
  // `flush`: on the disk before it gets its name, so that a crash leaves no file of the right name and wrong content.
  const file = createWriteStream(part, { flags: 'wx', mode: 0o644, flush: true })
  try {
    await pipeline(response, meter, file, { signal: options.signal })
  } catch (error) {
    if (error instanceof ArtifactError || (error as Error).name === 'AbortError') throw error
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE')
      throw new ArtifactError(
        `${address}: ended after ${bytes} bytes${Number.isNaN(announced) ? '' : ` of ${announced}`}`,
        'run the command again; what is complete is kept',
      )
    if (
      (error as NodeJS.ErrnoException).syscall !== undefined &&
      code !== undefined &&
      /^E(NOSPC|ACCES|ROFS|DQUOT)$/.test(code)
    )
      throw new ArtifactError(`${part} cannot be written: ${(error as Error).message}`)
    throw unreachable(address, error as Error)
  }
  return { sha256: hash.digest('hex'), bytes }
}

/** SHA-256 of a file; undefined when there is none. */
export async function sha256IfThere(path: string): Promise<string | undefined> {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(path), hash)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new ArtifactError(`${path} cannot be read: ${(error as Error).message}`)
  }
  return hash.digest('hex')
}
