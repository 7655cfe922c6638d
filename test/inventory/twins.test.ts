import { cpSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ON_PURPOSE } from '../cases-on-purpose/inventory.ts'
import { CASES, compare, type Differences, readCase, twinOf } from './recorded.ts'

// Recorded cases about patterns, folders and precedence whose inventory is written in INI: the same inventory written
// in YAML (test/inventory/twins) must give the same recorded answers, and differ on purpose in the same places. A twin
// overlays a copy of its case.
const TWINS = join(import.meta.dirname, 'twins')
const names = readdirSync(TWINS).sort()
// What is refused of this one for its INI is not in its twin.
const onPurpose = Object.entries(ON_PURPOSE).filter(
  ([name]) => names.includes(name) && name !== '019-ini-ranges',
)

let directory: string
beforeAll(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'muster-twins-')))
})
afterAll(() => rmSync(directory, { recursive: true }))

function compareTwin(name: string): Promise<Differences> {
  const copy = join(directory, name)
  cpSync(join(CASES, name), copy, { recursive: true })
  cpSync(join(TWINS, name), copy, { recursive: true })
  return compare(twinOf(readCase(name)), copy)
}

describe('twins of recorded inventories', () => {
  test.each(names.filter((name) => !onPurpose.some(([other]) => other === name)))('%s', async (name) => {
    expect(await compareTwin(name)).toEqual(new Map())
  })
})

describe('twins that differ on purpose', () => {
  test.each(onPurpose)('%s', async (name, { messages }) => {
    const differences = await compareTwin(name)
    expect([...differences.keys()].sort()).toEqual(Object.keys(messages).sort())
    for (const [what, message] of Object.entries(messages)) expect(differences.get(what)).toContain(message)
  })
})
