import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { EngineApi } from '../../../scripts/setup/engine-api.mjs'
import { asRoot } from '../../../scripts/setup/machine.mjs'
import { cache, root } from '../../../scripts/setup/steps.mjs'

const call = promisify(execFile)

/** The kit that makes a host which looks like Windows to an SSH client; undefined where it is not to be had. */
export function windowsKit(): string | undefined {
  const folder = resolve(process.env['MUSTER_WINDOWS'] ?? join(root, '..', 'shared', 'windows'))
  return existsSync(join(folder, 'make-host')) ? folder : undefined
}

/** For the title of what is skipped without it. */
export const NO_KIT =
  'skipped: no kit for Windows-like hosts; MUSTER_WINDOWS names its folder, or it lies in ../shared/windows'

/**
 * The image of a Windows-like host, made once for each kit: two minutes, 1.6 GB.
 *
 * @returns its name
 * @throws Error with the last lines of what make-host said
 */
export async function ensureWindowsImage(kit: string): Promise<string> {
  const api = new EngineApi(process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock')
  const hash = createHash('sha256')
  for (const file of ['make-host', 'sha256sums.txt']) hash.update(readFileSync(join(kit, file)))
  const repository = 'muster-test-windows'
  const tag = hash.digest('hex').slice(0, 12)
  const name = `${repository}:${tag}`
  if (await api.hasImage(name)) return name
  const become = await asRoot()
  if (become === undefined) throw new Error('a Windows-like host is made by root; there is no sudo here')
  const folder = join(cache, `windows-${tag}.${process.pid}`)
  mkdirSync(dirname(folder), { recursive: true })
  const [program = '', ...words] = [...become, join(kit, 'make-host'), folder]
  try {
    await call(program, words, { maxBuffer: 1 << 26 })
    const [tar = '', ...rest] = [
      ...[...become, 'tar', '-C', folder],
      ...['--exclude=./proc/*', '--exclude=./dev/*', '-c', '.'],
    ]
    const body = spawn(tar, rest, { stdio: ['ignore', 'pipe', 'inherit'] }).stdout
    await api.build(`/images/create?fromSrc=-&repo=${repository}&tag=${tag}`, { body, idle: 300 })
  } finally {
    const [remove = '', ...rest] = [...become, 'rm', '-rf', '--one-file-system', folder, `${folder}.log`]
    await call(remove, rest)
  }
  return name
}
