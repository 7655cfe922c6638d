import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { installPackages, program } from '../../scripts/setup/machine.mjs'
import { zip } from './zip.ts'

const call = promisify(execFile)
const cache = join(import.meta.dirname, '../../.cache/windows')

/** What a playbook finds as an artifact. */
export interface Built {
  readonly path: string
  readonly sha256: string
  readonly version: string
}

async function built(path: string, version: string): Promise<Built> {
  const sha256 = createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
  return { path, version, sha256 }
}

/** Makes a file in the cache once for what it is made of. */
async function once(
  name: string,
  of: readonly (string | Buffer)[],
  make: (folder: string) => Promise<string>,
): Promise<string> {
  const hash = createHash('sha256')
  for (const part of of) hash.update(part).update('\0')
  const path = join(cache, `${hash.digest('hex').slice(0, 12)}-${name}`)
  if (await readFile(path).catch(() => undefined)) return path
  if (!program('x86_64-w64-mingw32-gcc') || !program('wixl'))
    await installPackages(['gcc-mingw-w64-x86-64-win32', 'wixl'], 'to build programs for Windows-like hosts')
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(join(tmpdir(), 'muster-windows-build-'))
  try {
    const made = await make(folder)
    const beside = `${path}.${process.pid}`
    await copyFile(made, beside)
    await rename(beside, path)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return path
}

/** A program in C beside this file, compiled for Windows: `wrapper` or `sc`. */
export async function compile(name: 'wrapper' | 'sc'): Promise<Built> {
  const source = join(import.meta.dirname, name, `${name}.c`)
  const path = await once(`${name}.exe`, [await readFile(source)], async (folder) => {
    await call('x86_64-w64-mingw32-gcc', ['-O2', '-s', source, '-o', `${name}.exe`, '-ladvapi32'], {
      cwd: folder,
    })
    return join(folder, `${name}.exe`)
  })
  return built(path, '1')
}

/** windows_exporter's .msi around the real program, with a stand-in for Wine's lack before it (`asservice.exe` of the kit). */
export async function exporterMsi(exporter: string, asservice: string, version: string): Promise<Built> {
  const wxs = (await readFile(join(import.meta.dirname, 'exporter/exporter.wxs'), 'utf8')).replaceAll(
    '@VERSION@',
    version,
  )
  const path = await once(
    `windows_exporter-${version}-amd64.msi`,
    [wxs, await readFile(exporter), await readFile(asservice)],
    async (folder) => {
      await writeFile(join(folder, 'exporter.wxs'), wxs)
      await copyFile(asservice, join(folder, 'windows_exporter.exe'))
      await copyFile(exporter, join(folder, 'windows_exporter-program.exe'))
      await call('wixl', ['-a', 'x64', '-o', 'exporter.msi', 'exporter.wxs'], { cwd: folder })
      return join(folder, 'exporter.msi')
    },
  )
  return built(path, version)
}

/** Prometheus's archive for Windows as upstream packs it: a .zip with one folder. */
export async function prometheusZip(prometheus: string, version: string): Promise<Built> {
  const path = await once(
    `prometheus-${version}.windows-amd64.zip`,
    [await readFile(prometheus)],
    async (folder) => {
      const inside = `prometheus-${version}.windows-amd64`
      await mkdir(join(folder, inside))
      await copyFile(prometheus, join(folder, inside, 'prometheus.exe'))
      await writeFile(
        join(folder, 'out.zip'),
        await zip(`${inside}/prometheus.exe`, await readFile(prometheus)),
      )
      return join(folder, 'out.zip')
    },
  )
  return built(path, version)
}
