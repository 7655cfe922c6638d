import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { load } from 'js-yaml'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Json, toJson } from '../conformance/case.ts'
import { happening, valuesOf } from '../in-words.ts'
import type { HostInWords } from '../model-host.ts'

// What modules for Windows make of what a Windows host says, in the formats that Microsoft documents
// (facts/windows.md): what the Windows-like test host cannot show. A file a module.

const HOME = join(import.meta.dirname, 'recorded')

interface Case {
  readonly about: string
  readonly params: { readonly [name: string]: Json }
  readonly host: HostInWords
  readonly check?: boolean
  readonly changed: boolean
  /** Keys that the result must have. */
  readonly result?: { readonly [key: string]: Json }
  readonly fails?: string
  /** What is given to the scripts that change something; and what must not be. */
  readonly gives?: readonly string[]
  readonly withholds?: readonly string[]
}

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'muster-recorded-'))
})
afterAll(() => rm(directory, { recursive: true }))

describe.each(readdirSync(HOME).map((file) => file.replace(/\.yaml$/, '')))('%s', (name) => {
  const cases = load(readFileSync(join(HOME, `${name}.yaml`), 'utf8')) as readonly Case[]
  test.each(cases)('$about', async ({ params, host, check, ...wanted }) => {
    const { done, result } = await happening(
      name,
      valuesOf(params),
      { host, parameters: {} },
      { directory, check },
    )
    expect(result.failed ? result.message : '').toBe(wanted.fails ?? '')
    expect(result.changed).toBe(wanted.changed)
    const values = toJson(result.values) as { readonly [key: string]: Json }
    expect(values).toMatchObject(wanted.result ?? {})
    const runs = done.filter((line) => line.startsWith('runs: ')).join('\n')
    for (const text of wanted.gives ?? []) expect(runs).toContain(text)
    for (const text of wanted.withholds ?? []) expect(runs).not.toContain(text)
  })
})
