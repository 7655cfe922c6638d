import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const ARTIFACTS = process.env['MUSTER_ARTIFACTS']
const WANTED = [/^prometheus-.*\.windows-amd64\.tar\.xz$/, /^windows_exporter-.*\.tar\.xz$/]

/** Paths of the archives of real programs for Windows; undefined where one is missing. */
export function windowsArtifacts(): readonly string[] | undefined {
  if (ARTIFACTS === undefined) return undefined
  const names = readdirSync(ARTIFACTS)
  const found = WANTED.flatMap((pattern) => names.find((name) => pattern.test(name)) ?? [])
  return found.length === WANTED.length ? found.map((name) => join(ARTIFACTS, name)) : undefined
}

/** Unpacks them. Gives the paths of the two programs. */
export function unpackPrograms(folder: string): { prometheus: string; windows_exporter: string } {
  mkdirSync(folder, { recursive: true })
  for (const archive of windowsArtifacts() ?? []) execFileSync('tar', ['-xJf', archive, '-C', folder])
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const path = (pattern: RegExp) => join(folder, files.find((name) => pattern.test(name)) ?? 'missing')
  return {
    prometheus: path(/(?:^|\/)prometheus\.exe$/),
    windows_exporter: path(/windows_exporter[^/]*\.exe$/),
  }
}
