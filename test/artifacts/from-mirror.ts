import { copyFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cached, checkHash, download, downloadText, listedHash } from './artifact-file.ts'
import { archiveName, type Collector, type Release } from './releases.ts'
import { xzToGz } from './repack.ts'

/**
 * A release from a mirror: a folder or URL with the archives as .tar.gz or .tar.xz and a list `sha256sums.txt`. Names a
 * mirror is a decision, so what is missing or wrong in it is an error and nothing else is tried.
 */
export async function fromMirror(mirror: string, release: Release, cache: string): Promise<Collector> {
  const remote = /^https?:\/\//.test(mirror)
  const place = (name: string) => (remote ? `${mirror.replace(/\/$/, '')}/${name}` : join(mirror, name))
  const list = remote
    ? await downloadText(place('sha256sums.txt'))
    : await readFile(place('sha256sums.txt'), 'utf8')
  const base = archiveName(release.name, release.version)
  const name = [`${base}.tar.gz`, `${base}.tar.xz`].find((each) => listedHash(list, each) !== undefined)
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
