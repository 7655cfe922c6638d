import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { loadModule, moduleNames } from '../../src/modules/registry.ts'
import type { Json } from './conformance/case.ts'
import { entriesOf, HOME, happening, valuesOf } from './in-words.ts'

// Every parameter of every module is obeyed, or refused by name. A file a module, in the order of its reference page:
// each parameter with a value, and a text of what then happens that does not happen without it: a question, a script,
// what goes into it, a request to AWS, the result. A parameter without an entry fails, and an entry without a parameter.

/** Names by chance, and times. */
const NOISE =
  /(?:[0-9a-f]{8}-)?[0-9a-f]{32}|(?:[0-9a-f]+-){4}[0-9a-f]+|A(?:KIA|ROA)\w+|\d{13}|(?<=-code )\S+|127\.0\.0\.1:\d+|\d{4}-\d\d-\d\d[ T][\d:.]+Z?/g

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'muster-parameters-'))
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await rm(directory, { recursive: true })
})

test('there are no entries for modules that are not there', () => {
  const known = moduleNames().map((name) => `${name}.yaml`)
  expect(readdirSync(HOME).filter((file) => !known.includes(file))).toEqual([])
})

describe.each(moduleNames())('%s', (name) => {
  test('every parameter has an entry', async () => {
    const { spec } = await loadModule(name)
    expect(Object.keys(entriesOf(name).parameters ?? {}).sort()).toEqual(Object.keys(spec.parameters).sort())
  })

  const entries = existsSync(join(HOME, `${name}.yaml`)) ? entriesOf(name) : { parameters: {} }
  test.each(Object.entries(entries.parameters ?? {}))('%s', { timeout: 60_000 }, async (parameter, entry) => {
    if (entry.unproved !== undefined) {
      expect(entry.unproved).toMatch(/\w{3}/)
      return
    }
    if (entry.elsewhere !== undefined) {
      const text = readFileSync(join(import.meta.dirname, '..', entry.elsewhere), 'utf8')
      expect(text).toMatch(new RegExp(`\\b${parameter}\\b`))
      return
    }
    const all = { ...entries, host: { ...entries.host, ...entry.host } }
    const base = Object.fromEntries(
      Object.entries({ ...entries.base, ...entry.beside }).filter(([, value]) => value !== null),
    ) as Record<string, Json>
    const lines = async (args: Readonly<Record<string, Json>>) => {
      const { done } = await happening(name, valuesOf(args), all, { directory, check: entry.check })
      return done.flatMap((one) => one.replaceAll(NOISE, '').split('\n'))
    }
    const withIt = await lines({ ...base, [parameter]: entry.is ?? true })
    if (entry.refused === true) {
      expect(withIt.join('\n')).toMatch(new RegExp(`fails: .*\\b${parameter}\\b`))
      return
    }
    const { [parameter]: _, ...rest } = base
    const other = entry.not === undefined ? rest : { ...rest, [parameter]: entry.not }
    const without = await lines(other)
    const only = (one: readonly string[], another: readonly string[]) =>
      one.filter((line) => !another.includes(line)).join('\n')
    if (entry.holds !== undefined) {
      expect(withIt).toEqual(without)
      const { spec } = await loadModule(name)
      expect(spec.parameters[parameter]?.doc).toContain(entry.holds)
      return
    }
    // A letter is found anywhere.
    for (const text of [entry.shows, entry.hides])
      if (text !== undefined) expect(text).toMatch(/^.{2,}$|^\d$/s)
    expect([entry.shows, entry.hides], 'the entry says what it shows or hides').not.toEqual([
      undefined,
      undefined,
    ])
    if (entry.shows !== undefined) expect(only(withIt, without)).toContain(entry.shows)
    if (entry.hides !== undefined) expect(only(without, withIt)).toContain(entry.hides)
  })
})
