import { describe, expect, test } from 'vitest'
import { ON_PURPOSE } from '../cases-on-purpose/plays.ts'
import { caseNames, compare } from './recorded-plays.ts'

// Ansible's recorded runs. Every case in a list of exceptions must in fact differ, in the way the list says.
const names = caseNames()

describe('recorded plays', () => {
  test.each(names.filter((name) => !(name in ON_PURPOSE)))('%s', async (name) => {
    expect(await compare(name)).toEqual(new Map())
  })
})

describe('different on purpose', () => {
  test.each(Object.entries(ON_PURPOSE))('%s', async (name, { differs }) => {
    const differences = await compare(name)
    expect([...differences.keys()].sort()).toEqual(Object.keys(differs).sort())
    for (const [what, part] of Object.entries(differs)) expect(differences.get(what)).toContain(part)
  })
})

test('the list of exceptions names cases that exist', () => {
  const listed = Object.keys(ON_PURPOSE)
  expect(listed.filter((name) => !names.includes(name))).toEqual([])
})
