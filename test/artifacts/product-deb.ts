import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ar } from '../agent/ar.ts'
import type { Layout } from './layouts/layout.ts'
import { cached } from './releases/artifact-file.ts'
import type { Collector } from './releases/releases.ts'
import { call } from './releases/repack.ts'

/** A program for a layout: a real one from an archive that holds it in a folder, or a script that stands in for it. */
export type Program = Collector | { readonly standIn: string }

/** A package in a product's exact layout. */
export interface ProductDeb {
  readonly path: string
  readonly version: string
  readonly sha256: string
}

/**
 * Builds a product's .deb around a program. It stands in for upstream's own package, which cannot be had everywhere. Kept
 * in the cache.
 */
export async function productDeb(layout: Layout, program: Program): Promise<ProductDeb> {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch
  const version = 'standIn' in program ? '0.0.1-1' : `${program.version}-1`
  const key = createHash('sha256')
    .update(JSON.stringify([layout, 'standIn' in program ? program.standIn : program.sha256]))
    .digest('hex')
    .slice(0, 12)
  const name = `${layout.packageName}_${version}_${architecture}.deb`
  const path = join(import.meta.dirname, '../../.cache/artifacts', `deb-${key}`, name)
  const sha256 = await cached(path, async (part) => {
    const work = await mkdtemp(join(tmpdir(), 'muster-deb-'))
    try {
      await writeFiles(join(work, 'data'), layout)
      await placeProgram(join(work, 'data', layout.program), program)
      await writeControl(join(work, 'control'), layout, version, architecture)
      for (const member of ['control', 'data']) {
        const pack = ['-C', join(work, member), '--owner=0', '--group=0', '--sort=name', '-I', 'gzip -1']
        await call('tar', [...pack, '-cf', join(work, `${member}.tar.gz`), '.'])
      }
      const members = ['control.tar.gz', 'data.tar.gz'].map(
        async (each) => [each, await readFile(join(work, each))] as const,
      )
      await writeFile(part, ar([['debian-binary', Buffer.from('2.0\n')], ...(await Promise.all(members))]))
    } finally {
      await rm(work, { recursive: true, force: true })
    }
  })
  return { path, version, sha256 }
}

async function placeProgram(path: string, program: Program): Promise<void> {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true })
  if ('standIn' in program) {
    await writeFile(path, program.standIn)
    await chmod(path, 0o755)
  } else {
    // The archive holds nothing but the program, in a folder.
    await call('tar', ['-C', folder, '-xzf', program.path, '--strip-components=1', '--no-same-owner'])
    await rename(join(folder, program.name), path)
  }
}

async function writeFiles(root: string, { files, directories = [], links = {} }: Layout): Promise<void> {
  for (const directory of directories) await mkdir(join(root, directory), { recursive: true })
  for (const [path, file] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), typeof file === 'string' ? file : file.text)
    // Not by writeFile: the umask would have a say.
    await chmod(join(root, path), typeof file === 'string' ? 0o644 : file.mode)
  }
  for (const [path, target] of Object.entries(links)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await symlink(target, join(root, path))
  }
}

async function writeControl(
  folder: string,
  layout: Layout,
  version: string,
  architecture: string,
): Promise<void> {
  await mkdir(folder)
  const fields = {
    Package: layout.packageName,
    Version: version,
    Architecture: architecture,
    Maintainer: 'muster test equipment <nobody@example.com>',
    Description: `${layout.packageName} in its layout, for tests`,
  }
  const control = Object.entries(fields).map(([name, value]) => `${name}: ${value}\n`)
  await writeFile(join(folder, 'control'), control.join(''))
  if (layout.conffiles.length > 0)
    await writeFile(join(folder, 'conffiles'), layout.conffiles.map((path) => `${path}\n`).join(''))
  for (const [name, script] of Object.entries(layout.scripts)) {
    await writeFile(join(folder, name), `#!/bin/sh\nset -e\n${script}`)
    await chmod(join(folder, name), 0o755)
  }
}
