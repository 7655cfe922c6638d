import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ON_PURPOSE } from '../cases-on-purpose/inventory.ts'
import { CASES, caseNames, compare, readCase } from './recorded.ts'
import { REFUSALS } from './refusals.ts'

// Ansible's recorded answers. A case passes when muster gives them all, or refuses what Ansible refuses; every case
// in a list of exceptions must in fact differ.
const names = caseNames()

describe('recorded inventories', () => {
  test.each(names.filter((name) => !(name in ON_PURPOSE) && !(name in REFUSALS)))('%s', async (name) => {
    expect(await compare(readCase(name), join(CASES, name))).toEqual(new Map())
  })
})

describe('refused by Ansible in part or whole, by muster in whole', () => {
  test.each(Object.entries(REFUSALS))('%s', async (name, message) => {
    expect(readCase(name).error).not.toBeNull()
    const differences = await compare(readCase(name), join(CASES, name))
    expect([...differences.keys()]).toEqual(['inventory'])
    expect(differences.get('inventory')).toContain(message)
  })
})

describe('different on purpose', () => {
  test.each(Object.entries(ON_PURPOSE))('%s', async (name, { messages }) => {
    const differences = await compare(readCase(name), join(CASES, name))
    expect([...differences.keys()].sort()).toEqual(Object.keys(messages).sort())
    for (const [what, message] of Object.entries(messages)) expect(differences.get(what)).toContain(message)
  })
})

test('the lists of exceptions name cases that exist, each once', () => {
  const listed = [ON_PURPOSE, REFUSALS].flatMap((list) => Object.keys(list))
  expect(listed.filter((name) => !names.includes(name))).toEqual([])
  expect(new Set(listed).size).toBe(listed.length)
})
