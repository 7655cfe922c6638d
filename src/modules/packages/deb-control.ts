import { execFile } from 'node:child_process'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { TaskFailure } from '../../values/task-failure.ts'
import type { PushSource } from '../../values/transfer.ts'
import { arMembers, tarFile } from './ar-archive.ts'

/** What a package file says of itself. */
export interface PackageInfo {
  readonly name: string
  readonly version: string
}

/** The control member comes second, and is small; this much of a .deb holds it. */
const HEAD = 2 * 1024 * 1024

const known = new WeakMap<PushSource, Promise<PackageInfo>>()

/**
 * Name and version of a .deb on the controller, read once a file.
 * @throws TaskFailure when the file is no .deb, or its control file cannot be unpacked here
 */
export function debInfo(file: PushSource, path: string): Promise<PackageInfo> {
  let info = known.get(file)
  if (info === undefined) {
    info = readInfo(file, path)
    known.set(file, info)
  }
  return info
}

async function readInfo(file: PushSource, path: string): Promise<PackageInfo> {
  const members = arMembers(await readHead(file))
  const found = [...members].find(([name]) => name.startsWith('control.tar'))
  if (!members.has('debian-binary') || found === undefined)
    throw new TaskFailure(`${path} is no Debian package`, { hint: 'deb: takes the path of a .deb file' })
  const control = tarFile(await unpack(found[0], found[1], path), 'control')
  return controlInfo(control?.toString('utf8') ?? '', path)
}

/** The fields of a control file. @throws TaskFailure without a usable name or version */
export function controlInfo(text: string, path: string): PackageInfo {
  const value = (name: string) => new RegExp(`^${name}:[ \\t]*(.*)$`, 'mi').exec(text)?.[1]?.trim()
  const name = value('Package')
  const version = value('Version')
  if (name === undefined || version === undefined || !isPackageName(name) || !isVersion(version))
    throw new TaskFailure(`${path} says neither name nor version of its package`)
  return { name, version }
}

export function isPackageName(text: string): boolean {
  return /^[a-z0-9][a-z0-9+.-]*$/i.test(text)
}

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

async function unpack(name: string, bytes: Buffer, path: string): Promise<Buffer> {
  try {
    switch (name) {
      case 'control.tar':
        return bytes
      case 'control.tar.gz':
        return gunzipSync(bytes)
      case 'control.tar.zst':
        return zstdDecompressSync(bytes)
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
      { encoding: 'buffer', maxBuffer: 16 * 1024 * 1024 },
      (error, stdout) => (error === null ? done(stdout) : failed(error)),
    )
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(bytes)
  })
}
