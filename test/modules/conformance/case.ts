import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Float } from '../../../src/values/float.ts'
import { Secret } from '../../../src/values/secret.ts'
import { hasTemplateMarks, TemplateText } from '../../../src/values/template-text.ts'
import type { Value } from '../../../src/values/value.ts'

/** Flags of a run; what is not named is false. */
interface Flags {
  readonly changed: boolean
  readonly failed?: boolean
  readonly skipped?: boolean
}

/** One recorded answer of Ansible; see the README beside the cases. */
export interface ModuleCase {
  readonly name: string
  readonly module: string
  readonly about: string
  readonly before: string
  readonly vars?: Readonly<Record<string, Json>>
  readonly files?: Readonly<Record<string, FileSpec>>
  readonly args: Readonly<Record<string, Json>>
  readonly become: boolean
  readonly task?: unknown
  readonly check: Flags
  readonly run: Flags & { readonly msg: string | null; readonly keys: Readonly<Record<string, Json>> }
  readonly again: { readonly changed: boolean; readonly failed?: boolean }
  readonly after: string
  readonly prints: string
  readonly prints_again?: string
  readonly diff: readonly Json[] | null
  readonly diff_check?: readonly Json[] | null
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

interface FileSpec {
  readonly text?: string
  readonly base64?: string
  readonly link?: string
  readonly directory?: boolean
  readonly mode?: string
}

const HOME = new URL('../../cases/modules/', import.meta.url)

/** Names of all cases, `copy/01-content-new`. */
export function caseNames(): string[] {
  return readdirSync(HOME, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((folder) =>
      readdirSync(new URL(`${folder.name}/`, HOME)).map(
        (file) => `${folder.name}/${file.replace(/\.json$/, '')}`,
      ),
    )
    .sort()
}

/** Reads a case, with this run's server in place of the marks. */
export function readCase(name: string, server: { readonly host: string; readonly port: number }): ModuleCase {
  const text = readFileSync(new URL(`${name}.json`, HOME), 'utf8')
    .replaceAll('@SERVER@', `http://${server.host}:${server.port}`)
    .replaceAll('@SERVER_HOST@', server.host)
    .replaceAll('@SERVER_PORT@', String(server.port))
  return { become: true, ...JSON.parse(text), name, module: name.split('/')[0]! }
}

/** JSON as values; a number with a point is a float, which JSON.parse alone would lose. */
export function readVars(name: string): Map<string, Value> {
  const parsed = JSON.parse(readFileSync(new URL(`${name}.json`, HOME), 'utf8'), function (
    this: unknown,
    _,
    value,
    context?: { source?: string },
  ) {
    return typeof value === 'number' && context?.source?.includes('.') ? new Float(value) : value
  } as (key: string, value: unknown) => unknown)
  return new Map(
    Object.entries((parsed.vars ?? {}) as Record<string, Json>).map(([key, value]) => [key, toValue(value)]),
  )
}

export function toValue(json: Json | Float): Value {
  if (json instanceof Float) return json
  if (Array.isArray(json)) return json.map(toValue)
  if (typeof json === 'string') return hasTemplateMarks(json) ? new TemplateText(json) : json
  if (json !== null && typeof json === 'object')
    return new Map(Object.entries(json).map(([key, value]) => [key, toValue(value)]))
  return json as null | boolean | number
}

/** A value as JSON, for comparing; secrets are told apart from their rendering. */
export function toJson(value: Value): Json {
  if (value instanceof Secret) return `SECRET ${value.revealText()}`
  if (value instanceof Float) return value.value
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, item]) => [String(key), toJson(item)]))
  if (Array.isArray(value)) return value.map(toJson)
  if (typeof value === 'object' && value !== null) return String(value)
  return typeof value === 'bigint' ? Number(value) : value
}

/** Writes a case's files beside an imagined playbook; gives its folder. */
export async function writeFiles(files: ModuleCase['files'], folder: 'files' | 'templates'): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'muster-case-'))
  for (const [name, spec] of Object.entries(files ?? {})) {
    const path = join(home, folder, name)
    await mkdir(dirname(path), { recursive: true })
    if (spec.link !== undefined) await symlink(spec.link, path)
    else if (spec.directory) await mkdir(path, { recursive: true, mode: 0o755 })
    else {
      const content = spec.base64 === undefined ? (spec.text ?? '') : Buffer.from(spec.base64, 'base64')
      await writeFile(path, content, { mode: Number.parseInt(spec.mode ?? '0644', 8) })
    }
  }
  return home
}
