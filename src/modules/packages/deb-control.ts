import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { constants, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { TaskFailure } from '../../values/task-failure.ts'
import type { PushSource } from '../../values/transfer.ts'
import { arMembers, tarFile } from './ar-archive.ts'
import { type Relations, readRelations } from './deb-relations.ts'

/** What a package file says of itself. */
export interface PackageInfo {
  readonly name: string
  readonly version: string
  /** What it needs; null when its control file could not be read. */
  readonly relations: Relations | null
}

/** The control member comes second, and is small; this much of a .deb holds it. */
const HEAD = 2 * 1024 * 1024

/** Bytes of a control member, unpacked. */
const MOST_CONTROL = 16 * 1024 * 1024

const known = new WeakMap<PushSource, Promise<PackageInfo>>()

/**
 * Name, version and relations of a .deb on the controller, read once a file.
 * @throws TaskFailure when the file is no .deb, or its control file cannot be unpacked here
 */
export function debInfo(file: PushSource, path: string): Promise<PackageInfo> {
  let info = known.get(file)
  if (info === undefined) {
    info = readHead(file).then((head) => readInfo(head, path, false))
    known.set(file, info)
  }
  return info
}

/** Of hosts' files: by what their first bytes are. The same file lies on all hosts of a run. */
const seen = new Map<string, Promise<PackageInfo | undefined>>()
const MOST_SEEN = 64

/** The same from the first bytes of a host's file; undefined when they do not tell. */
export function debInfoOfHead(head: Buffer, path: string): Promise<PackageInfo | undefined> {
  const key = createHash('sha256').update(head).digest('base64')
  let info = seen.get(key)
  if (info === undefined) {
    info = readInfo(head, path, true).catch((error: unknown) => {
      if (error instanceof TaskFailure) return undefined
      throw error
    })
    const [oldest] = seen.keys()
    if (seen.size >= MOST_SEEN && oldest !== undefined) seen.delete(oldest)
    seen.set(key, info)
  }
  return info
}

/** @param cut the bytes may end within the control member */
async function readInfo(head: Buffer, path: string, cut: boolean): Promise<PackageInfo> {
  const members = arMembers(head)
  const found = [...members].find(([name]) => name.startsWith('control.tar'))
  if (!members.has('debian-binary') || found === undefined)
    throw new TaskFailure(`${path} is no Debian package`, { hint: 'deb: takes the path of a .deb file' })
  const control = tarFile(await unpack(found[0], found[1], path, cut), 'control')
  return controlInfo(control?.toString('utf8') ?? '', path)
}

/** The fields of a control file. @throws TaskFailure without a usable name or version */
export function controlInfo(text: string, path: string): PackageInfo {
  const fields = controlFields(text)
  const value = (name: string) => fields.get(name) ?? ''
  const name = value('package')
  const version = value('version')
  if (!isPackageName(name) || !isVersion(version))
    throw new TaskFailure(`${path} says neither name nor version of its package`)
  const relations = readRelations({
    architecture: value('architecture'),
    needs: [value('pre-depends'), value('depends')],
    against: [value('conflicts'), value('breaks')],
  })
  return { name, version, relations }
}

/** By name in lower case; a line that begins with a blank goes on with the value before it. */
function controlFields(text: string): Map<string, string> {
  const fields = new Map<string, string[]>()
  let value: string[] | undefined
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':')
    if (/^[ \t]/.test(line)) value?.push(line)
    else if (colon > 0) {
      const name = line.slice(0, colon).toLowerCase()
      value = fields.has(name) ? undefined : [line.slice(colon + 1)]
      if (value !== undefined) fields.set(name, value)
    }
  }
  return new Map([...fields].map(([name, parts]) => [name, parts.join(' ').trim()]))
}

/** Whether a text can be the name of a package (Debian policy 5.6.1; upper case is let through). */
export function isPackageName(text: string): boolean {
  return /^[a-z0-9][a-z0-9+.-]*$/i.test(text)
}

/** Whether a text can be a version, with epoch and revision (Debian policy 5.6.12). */
export function isVersion(text: string): boolean {
  return /^[0-9A-Za-z][0-9A-Za-z.+:~-]*$/.test(text)
}

async function readHead(file: PushSource): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of file.read()) {
    chunks.push(chunk)
    size += chunk.length
    if (size >= HEAD) break
  }
  return Buffer.concat(chunks)
}

async function unpack(name: string, bytes: Buffer, path: string, cut: boolean): Promise<Buffer> {
  try {
    switch (name) {
      case 'control.tar':
        return bytes
      case 'control.tar.gz':
        // The control file is among the first of its archive, so a part of it may be enough.
        return gunzipSync(bytes, {
          maxOutputLength: MOST_CONTROL,
          ...(cut ? { finishFlush: constants.Z_SYNC_FLUSH } : {}),
        })
      case 'control.tar.zst':
        return zstdDecompressSync(bytes, { maxOutputLength: MOST_CONTROL })
      default:
        return await xz(bytes)
    }
  } catch (error) {
    throw new TaskFailure(`cannot read the control file of ${path}: ${(error as Error).message}`, {
      hint: 'install xz on the controller, or give name and version beside deb',
    })
  }
}

/** Node has no xz; every distribution that makes such packages has the program. */
function xz(bytes: Buffer): Promise<Buffer> {
  return new Promise((done, failed) => {
    const child = execFile(
      'xz',
      ['-dc'],
      { encoding: 'buffer', maxBuffer: MOST_CONTROL, timeout: 30_000 },
      (error, stdout) => (error === null ? done(stdout) : failed(error)),
    )
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(bytes)
  })
}
