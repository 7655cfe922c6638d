import { execFile } from 'node:child_process'
import { createCipheriv, createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { ar } from './ar.ts'

/** The package as an artifact of a playbook. */
export interface AgentDeb {
  readonly path: string
  /** Hexadecimal. */
  readonly sha256: string
  /** What dpkg calls the version, e.g. `3.3.9999.0-1`. */
  readonly version: string
  /** What the agent calls its version, e.g. `3.3.9999.0`. */
  readonly agentVersion: string
}

const here = import.meta.dirname
const cache = join(here, '..', '..', '.cache', 'agent')

/** A folder as a tar.gz whose bytes depend on its content alone. */
async function tarGz(folder: string): Promise<Buffer> {
  const fixed = [
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '--mtime=@0',
    '--sort=name',
    '--mode=u=rwX,go=rX',
  ]
  const { stdout } = await promisify(execFile)('tar', [...fixed, '--format=gnu', '-C', folder, '-c', '.'], {
    encoding: 'buffer',
    maxBuffer: 64 * 2 ** 20,
  })
  return gzipSync(stdout, { level: 9 })
}

/** Fills in what the files of the package leave open. */
async function fill(folder: string, values: Readonly<Record<string, string>>): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const text = await readFile(path, 'utf8')
    const filled = text.replaceAll(/@([A-Z]+)@/g, (match, name: string) => values[name] ?? match)
    if (filled !== text) await writeFile(path, filled)
  }
}

/** Bytes that no compression makes fewer, the same at each call. */
function ballast(bytes: number): Buffer {
  return createCipheriv('aes-256-ctr', Buffer.alloc(32), Buffer.alloc(16)).update(Buffer.alloc(bytes))
}

/**
 * Builds the test agent as a .deb, with nothing but tar. It stands in for Amazon's own package, which cannot be had
 * everywhere; equal sources give equal bytes.
 *
 * @param agentVersion as Amazon numbers releases, e.g. `3.3.9999.0`
 * @param weight bytes that the package weighs more; Amazon's own has 25 MB
 */
export async function buildAgentDeb(agentVersion = '3.3.9999.0', weight = 0): Promise<AgentDeb> {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch
  const work = await mkdtemp(join(tmpdir(), 'muster-agent-'))
  try {
    for (const part of ['root', 'control']) {
      await cp(join(here, part), join(work, part), { recursive: true })
      await fill(join(work, part), { VERSION: agentVersion, ARCHITECTURE: architecture })
    }
    await mkdir(join(work, 'root', 'var', 'lib', 'amazon', 'ssm'), { recursive: true })
    if (weight > 0)
      await writeFile(join(work, 'root', 'usr', 'lib', 'amazon-ssm-agent', 'ballast'), ballast(weight))
    const deb = ar([
      ['debian-binary', Buffer.from('2.0\n')],
      ['control.tar.gz', await tarGz(join(work, 'control'))],
      ['data.tar.gz', await tarGz(join(work, 'root'))],
    ])
    const sha256 = createHash('sha256').update(deb).digest('hex')
    const version = `${agentVersion}-1`
    const path = join(
      cache,
      `amazon-ssm-agent_${version}_${architecture}${weight > 0 ? `.${weight}` : ''}.deb`,
    )
    await mkdir(cache, { recursive: true })
    // Several test files may build it at the same time.
    const own = `${path}.${process.pid}`
    await writeFile(own, deb)
    await rename(own, path)
    return { path, sha256, version, agentVersion }
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}
