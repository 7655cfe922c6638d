import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { aptMirror } from '../../../scripts/setup/apt-sources.mjs'
import { installPackages } from '../../../scripts/setup/machine.mjs'
import { cached } from './artifact-file.ts'
import { archiveName, type Collector, type Release } from './releases.ts'
import { call, folderToGz } from './repack.ts'

/** The suite whose prometheus signs remote_write; that of bookworm has the transport patched out. */
const SUITE = 'trixie'
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'

/** Package, its program, and upstream's name of the program; the first package has the version. */
const PROGRAMS: Record<Release['name'], readonly (readonly [string, string, string])[]> = {
  prometheus: [
    ['prometheus', 'usr/bin/prometheus', 'prometheus'],
    ['promtool', 'usr/bin/promtool', 'promtool'],
  ],
  node_exporter: [['prometheus-node-exporter', 'usr/bin/prometheus-node-exporter', 'node_exporter']],
}

/** Options that give apt-get a root of its own: the machine's packages and sources stay out of it, its proxies do not. */
async function privateApt(root: string): Promise<string[]> {
  await mkdir(join(root, 'lists', 'partial'), { recursive: true })
  await mkdir(join(root, 'cache', 'archives', 'partial'), { recursive: true })
  if (!existsSync(KEYRING))
    await installPackages(['debian-archive-keyring'], 'to check the packages of Debian')
  const mirror = (await aptMirror('debian')) ?? 'http://deb.debian.org/debian'
  await writeFile(join(root, 'sources.list'), `deb [signed-by=${KEYRING}] ${mirror} ${SUITE} main\n`)
  return [
    `Dir::Etc::SourceList=${join(root, 'sources.list')}`,
    'Dir::Etc::SourceParts=/dev/null',
    `Dir::State::Lists=${join(root, 'lists')}`,
    `Dir::Cache=${join(root, 'cache')}`,
    'Dir::State::status=/dev/null',
    // A user's folders are closed to apt's own user.
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option])
}

/**
 * The collectors from Debian's packages, repacked as upstream's archives.
 *
 * @throws Error when apt cannot get them, or this is no machine with apt and dpkg
 */
export async function fromDebian(releases: readonly Release[], cache: string): Promise<Collector[]> {
  const apt = await privateApt(join(cache, 'apt'))
  await call('apt-get', [...apt, 'update'])
  const found: Collector[] = []
  for (const { name } of releases) {
    const work = await mkdtemp(join(cache, 'debian-'))
    try {
      found.push(await repacked(name, apt, work, cache))
    } finally {
      await rm(work, { recursive: true, force: true })
    }
  }
  return found
}

async function repacked(
  name: Release['name'],
  apt: readonly string[],
  work: string,
  cache: string,
): Promise<Collector> {
  const programs = PROGRAMS[name]
  await call('apt-get', [...apt, 'download', ...programs.map(([debian]) => debian)], work)
  const debs = (await readdir(work)).filter((file) => file.endsWith('.deb'))
  const main = debs.find((file) => file.startsWith(`${programs[0]![0]}_`))!
  const version = /_([0-9.]+)/.exec(main)![1]!
  const base = archiveName(name, version)
  const path = join(cache, main.replace(/\.deb$/, ''), `${base}.tar.gz`)
  const sha256 = await cached(path, async (part) => {
    for (const deb of debs) await call('dpkg-deb', ['-x', join(work, deb), join(work, 'root')])
    await mkdir(join(work, base))
    for (const [, from, to] of programs) await copyFile(join(work, 'root', from), join(work, base, to))
    await folderToGz(work, base, part)
  })
  return { name, version, path, sha256 }
}
