import { join } from 'node:path'
import { cached, checkHash, download, downloadText, listedHash } from './artifact-file.ts'
import { archiveName, type Collector, type Release } from './releases.ts'

/** A release from upstream, checked with upstream's list. @throws Error when it cannot be had, or is not what the list says */
export async function fromUpstream(release: Release, cache: string): Promise<Collector> {
  const file = `${archiveName(release.name, release.version)}.tar.gz`
  const path = join(cache, 'upstream', file)
  const sha256 = await cached(path, async (part) => {
    const list = await downloadText(`${release.url}/sha256sums.txt`)
    const expected = listedHash(list, file)
    if (expected === undefined) throw new Error(`${release.url}/sha256sums.txt lists no ${file}`)
    await download(`${release.url}/${file}`, part)
    await checkHash(part, `${release.url}/${file}`, expected)
  })
  return { name: release.name, version: release.version, path, sha256 }
}
