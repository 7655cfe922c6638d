import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cached } from './artifact-file.ts'
import { call } from './repack.ts'

/** Upstream's archive of tools in its form (no folder; the programs end in -prod), with a script for each program. */
export async function vmagentArchive(
  standIn: string,
): Promise<{ readonly path: string; readonly version: string; readonly sha256: string }> {
  const work = await mkdtemp(join(tmpdir(), 'muster-vmutils-'))
  try {
    const programs = ['vmagent-prod', 'vmalert-prod']
    for (const name of programs) {
      await writeFile(join(work, name), standIn)
      await chmod(join(work, name), 0o755)
    }
    const cache = join(import.meta.dirname, '../../../.cache/artifacts')
    const path = join(cache, 'stand-ins', 'vmutils-linux-amd64-v0.0.1.tar.gz')
    await rm(path, { force: true })
    const sha256 = await cached(path, (part) => call('tar', ['-C', work, '-czf', part, ...programs]))
    return { path, version: '0.0.1', sha256 }
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}
