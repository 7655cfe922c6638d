import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { keyedNames, safeGroupName } from '../../../src/inventory/constructed/group-names.ts'
import { hostsOf } from '../../../src/inventory/members.ts'
import { readInventory } from '../../../src/inventory/read.ts'
import { folderWith } from '../folder.ts'

const HOSTS =
  "[web]\nweb01 env=prod tags=\"{'a': 1, 'b': ''}\"\nweb02 env=\"\" token=abcd\n[web:vars]\ntier=1\n"

async function construct(plugin: string, more: Record<string, string> = {}) {
  const at = folderWith({ '1.ini': HOSTS, '2.yml': `plugin: constructed\n${plugin}`, ...more })
  return readInventory([join(at, '1.ini'), join(at, '2.yml')])
}

test('variables see groups, own variables and names; later entries do not see earlier ones', async () => {
  const inventory = await construct(
    'compose:\n  a: tier + 1\n  b: a + 1\n  c: inventory_hostname ~ group_names[0]\n  d: "\'{{ x }}\'"\n',
  )
  const { vars } = inventory.hosts.get('web01')!
  expect(vars.get('a')).toBe(2)
  expect(vars.has('b')).toBe(false)
  expect(vars.get('c')).toBe('web01web')
  // What an expression gives is text and never a template.
  expect(vars.get('d')).toBe('{{ x }}')
})

test('groups see what was composed; a mapping gives a group each', async () => {
  const inventory = await construct(
    'compose: {big: tier > 0}\ngroups: {large-ones: big}\nkeyed_groups:\n  - {key: tags, prefix: t, trailing_separator: false}\n  - {key: env, default_value: none, parent_group: "{{ \'env s\' }}"}\nleading_separator: false\n',
  )
  expect(hostsOf(inventory, 'large_ones')).toEqual(['web01', 'web02'])
  expect(hostsOf(inventory, 't_a_1')).toEqual(['web01'])
  expect(hostsOf(inventory, 't_b')).toEqual(['web01'])
  expect(inventory.groups.get('env_s')?.children).toEqual(['prod', 'none'])
})

describe('refused', () => {
  test.each([
    ['compse: {a: b}', 'there is no option compse\n  hint: did you mean "compose"?'],
    ['cache: true', 'cache is an option that muster does not have'],
    ['compose: [a]', 'compose must be a mapping'],
    ['groups: {yes: "true"}', 'yes is no name: YAML does not read it as text'],
    ['strict: perhaps', 'strict must be a boolean'],
    ['keyed_groups: [{prefix: a}]', 'an entry of keyed_groups needs a key'],
    [
      'keyed_groups: [{key: a, prefx: a}]',
      'keyed_groups has no option prefx\n  hint: did you mean "prefix"?',
    ],
    ['keyed_groups: [{key: a, default_value: x, trailing_separator: true}]', 'exclude each other'],
    ['keyed_groups: [{key: tier}]', 'tier gives no name of a group for web01'],
    ['strict: true\ncompose: {a: nosuch}', "could not set a for web01: 'nosuch' is undefined"],
    ['strict: true\ngroups: {a: nosuch}', 'could not add web01 to the group a'],
    ['strict: true\nkeyed_groups: [{key: env}]', 'env is empty for web02'],
  ])('%s', async (plugin, message) => {
    await expect(construct(plugin)).rejects.toThrow(message)
  })

  test('cache: false asks for nothing', async () => {
    expect((await construct('cache: no\ngroups: {a: "true"}')).groups.has('a')).toBe(true)
  })
})

test('names of groups', () => {
  expect(['web-1', '1a1', 'é b', 'a.b'].map(safeGroupName)).toEqual(['web_1', '_a1', 'é_b', 'a_b'])
  const keyed = {
    key: { name: 'k', value: 'k', position: { file: 'x' } },
    prefix: 'p',
    separator: '-',
    parentGroup: undefined,
    defaultValue: 'none',
    trailingSeparator: true,
  }
  expect(keyedNames(['a', '', null], keyed, true)).toEqual(['p_a', 'p_none', 'p_none'])
  expect(keyedNames(new Map([['k', '']]), keyed, true)).toEqual(['p_k_none'])
  expect(keyedNames([], keyed, true)).toEqual([])
  expect(keyedNames(7, keyed, true)).toBe('wrong')
  expect(keyedNames('x', { ...keyed, prefix: '' }, false)).toEqual(['x'])
})
