import { copyFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cached, checkHash, download, downloadText, listedHash } from './artifact-file.ts'
import { archiveName, type Collector } from './releases.ts'
import { xzToGz } from './repack.ts'

/**
 * A release from a mirror: a folder or URL with the archives as .tar.gz or .tar.xz and a list `sha256sums.txt`. Names a
 * mirror is a decision, so what is missing or wrong in it is an error and nothing else is tried.
 */
export async function fromMirror(
  mirror: string,
  release: Pick<Collector, 'name' | 'version'>,
  cache: string,
): Promise<Collector> {
  const remote = isRemote(mirror)
  const place = (name: string) => placeIn(mirror, name)
  const list = await readList(mirror)
  const base = archiveName(release.name, release.version)
  const name = archiveIn(list, release)
  if (name === undefined) throw new Error(`${place('sha256sums.txt')} lists no ${base}.tar.gz or .tar.xz`)
  const expected = listedHash(list, name)!
  const folder = join(cache, `mirror-${expected.slice(0, 12)}`)

  let source = place(name)
  const fetched = async () => {
    if (remote) {
      source = join(folder, name)
      await cached(source, (path) => download(place(name), path))
    }
    await checkHash(source, place(name), expected)
  }
  const path = join(folder, `${base}.tar.gz`)
  const sha256 = await cached(path, async (part) => {
    await fetched()
    if (name.endsWith('.xz')) await xzToGz(source, part)
    else await copyFile(source, part)
  })
  return { name: release.name, version: release.version, path, sha256 }
}

/** Whether a mirror's list names a release at all. */
export async function mirrorHas(
  mirror: string,
  release: Pick<Collector, 'name' | 'version'>,
): Promise<boolean> {
  return archiveIn(await readList(mirror), release) !== undefined
}

function isRemote(mirror: string): boolean {
  return /^https?:\/\//.test(mirror)
}

function placeIn(mirror: string, name: string): string {
  return isRemote(mirror) ? `${mirror.replace(/\/$/, '')}/${name}` : join(mirror, name)
}

function readList(mirror: string): Promise<string> {
  const list = placeIn(mirror, 'sha256sums.txt')
  return isRemote(mirror) ? downloadText(list) : readFile(list, 'utf8')
}

function archiveIn(list: string, { name, version }: Pick<Collector, 'name' | 'version'>): string | undefined {
  const base = archiveName(name, version)
  return [`${base}.tar.gz`, `${base}.tar.xz`].find((each) => listedHash(list, each) !== undefined)
}
