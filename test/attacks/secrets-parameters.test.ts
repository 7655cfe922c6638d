import { readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { loadModule, moduleNames } from '../../src/modules/registry.ts'
import { maskFields } from '../../src/run/record/mask-event.ts'
import { Masker } from '../../src/values/masking/masker.ts'
import { Secret, secretsIn } from '../../src/values/secret.ts'
import type { Value } from '../../src/values/value.ts'
import type { Json } from '../modules/conformance/case.ts'
import { entriesOf, HOME, happening, valuesOf } from '../modules/in-words.ts'

// A secret in every parameter of every module: nothing that muster tells of a task (the plan's and the journal's words,
// the result, the diff, the failure with its hint) holds a part of it, as the run masks what it tells. Every word of the
// secret is one that nothing else says, so that half of it is found too: the last part of an address, a folder's name.

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'muster-secrets-'))
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await rm(directory, { recursive: true })
})

const CANARY = /zq[a-z]{6}/i
/** Words that a value has to hold to be one of its kind. */
const KEPT = /^(?:https?|sha1|sha256|example)$/

/** The value with its words replaced by such as nobody else says. */
function spoilt(text: string): string {
  let count = 0
  return text.replaceAll(/[A-Za-z]{2,}/g, (word) => {
    if (KEPT.test(word)) return word
    count += 1
    return `zq${['abcdef', 'ghijkl', 'mnopqr', 'stuvwx'][count % 4]}`
  })
}

/** As a secret where the parameter may be one; undefined where there is nothing to hide in it. */
function secret(value: Json): Value | undefined {
  if (typeof value === 'string') return /[A-Za-z]{2,}/.test(value) ? new Secret(spoilt(value)) : undefined
  if (Array.isArray(value)) {
    const items = value.map((item) => secret(item as Json))
    return items.some((item) => item === undefined) || items.length === 0 ? undefined : (items as Value[])
  }
  if (value === null || typeof value !== 'object') return undefined
  const entries = Object.entries(value).map(([key, item]) => [key, secret(item)] as const)
  return entries.some(([, item]) => item === undefined) ? undefined : new Map(entries as [string, Value][])
}

// A module without entries fails in test/modules/parameters.test.ts.
const written = readdirSync(HOME).map((file) => file.replace(/\.yaml$/, ''))

describe.each(moduleNames().filter((name) => written.includes(name)))(
  '%s tells nothing of a secret',
  (name) => {
    const entries = entriesOf(name)
    const { parameters, base, host } = entries
    const attempts = Object.entries(parameters ?? {}).flatMap(([parameter, entry]) => {
      const value = secret(entry.is ?? null)
      return value === undefined || entry.refused === true ? [] : [{ parameter, entry, value }]
    })
    if (attempts.length === 0) test.skip('in any parameter: none takes a text', () => undefined)

    test.each(attempts)('in $parameter', { timeout: 60_000 }, async ({ parameter, entry, value }) => {
      const { spec } = await loadModule(name)
      if (spec.parameters[parameter]?.choices !== undefined) return
      const plain = Object.fromEntries(
        Object.entries({ ...base, ...entry.beside }).filter(([, item]) => item !== null),
      ) as Record<string, Json>
      const args = new Map([...valuesOf(plain), [parameter, value]])
      for (const check of [false, true]) {
        const { says, result } = await happening(
          name,
          args,
          { ...entries, host: { ...host, ...entry.host } },
          { directory, check },
        )
        // Modules keep Secrets themselves; the masker is for what hosts and AWS send back.
        const words = JSON.stringify([says, result.message, result.hint])
        expect(words, `unmasked, ${check ? 'in check mode' : 'in the run'}: ${parameter}`).not.toMatch(CANARY)
        const masker = new Masker()
        masker.learnAll(secretsIn(value))
        const told = maskFields(masker, {
          says,
          message: result.message,
          hint: result.hint,
          diff: result.diff,
          result: result.values,
          facts: result.facts,
        })
        const text = JSON.stringify(told, (_, item) => (item instanceof Map ? [...item] : item))
        expect(text, `${check ? 'in check mode' : 'in the run'}: ${parameter}`).not.toMatch(CANARY)
      }
    })
  },
)
