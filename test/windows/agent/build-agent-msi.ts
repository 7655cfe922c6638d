import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { installPackages, program } from '../../../scripts/setup/machine.mjs'

const call = promisify(execFile)
const here = import.meta.dirname
const cache = join(here, '../../../.cache/agent')

/**
 * Builds the test agent for Windows-like hosts as a .msi, in the layout of Amazon's own: a program in C around a script.
 * Needs a compiler for Windows and a builder of .msi files, which it installs where it may.
 */
export async function buildAgentMsi(
  version = '3.3.9999.0',
): Promise<{ path: string; sha256: string; version: string }> {
  const sources = await Promise.all(
    ['agent.c', 'agent.ps1', 'agent.wxs'].map((name) => readFile(join(here, name), 'utf8')),
  )
  const [c, script, wxs] = sources.map((text) => text.replaceAll('@VERSION@', version)) as [
    string,
    string,
    string,
  ]
  const tag = createHash('sha256').update(sources.join('\0')).update(version).digest('hex').slice(0, 12)
  const path = join(cache, `AmazonSSMAgent-${tag}.msi`)
  const result = async () => ({
    path,
    version,
    sha256: createHash('sha256')
      .update(await readFile(path))
      .digest('hex'),
  })
  try {
    return await result()
  } catch {}
  if (!program('x86_64-w64-mingw32-gcc') || !program('wixl'))
    await installPackages(['gcc-mingw-w64-x86-64-win32', 'wixl'], 'to build programs for Windows-like hosts')
  const folder = await mkdtemp(join(tmpdir(), 'muster-msi-'))
  try {
    await writeFile(join(folder, 'agent.c'), c)
    await writeFile(join(folder, 'agent.ps1'), script)
    await writeFile(join(folder, 'agent.wxs'), wxs)
    await call('x86_64-w64-mingw32-gcc', ['-O2', '-s', 'agent.c', '-o', 'amazon-ssm-agent.exe'], {
      cwd: folder,
    })
    await call('wixl', ['-a', 'x64', '-o', 'agent.msi', 'agent.wxs'], { cwd: folder })
    await mkdir(cache, { recursive: true })
    await rename(join(folder, 'agent.msi'), path).catch(async () =>
      writeFile(path, await readFile(join(folder, 'agent.msi'))),
    )
    return await result()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
