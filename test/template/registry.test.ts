import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { knownFilterNames, knownTestNames } from '../../src/template/evaluator/values/known.ts'
import { findFilter, findTest, shortName } from '../../src/template/registry.ts'

const SOURCES = new URL('../../src/template/', import.meta.url)

async function exported(folder: 'filters' | 'tests'): Promise<string[]> {
  const files = readdirSync(new URL(`${folder}/`, SOURCES))
  const families = await Promise.all(
    files.map(async (file) => (await import(new URL(`${folder}/${file}`, SOURCES).href))[folder]),
  )
  return families.flatMap((family) => Object.keys(family))
}

test('every family is registered', async () => {
  const [filters, tests] = [await exported('filters'), await exported('tests')]
  expect(filters.length).toBeGreaterThan(100)
  expect(filters.filter((name) => findFilter(name) === undefined)).toEqual([])
  expect(tests.filter((name) => findTest(name) === undefined)).toEqual([])
})

test('no name is given twice, nor by a family and by the engine', () => {
  for (const names of [knownFilterNames(), knownTestNames()]) {
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  }
})

test('names may carry their collection', () => {
  expect(shortName('ansible.builtin.upper')).toBe('upper')
  expect(shortName('ansible.legacy.upper')).toBe('upper')
  expect(shortName('community.general.json_query')).toBe('community.general.json_query')
})
