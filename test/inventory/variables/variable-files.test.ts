import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readInventory } from '../../../src/inventory/read.ts'
import { readVariables } from '../../../src/inventory/variables/variable-files.ts'
import { jsonOf } from '../../../src/values/json-value.ts'
import { Secret } from '../../../src/values/secret.ts'
import { TemplateText } from '../../../src/values/template-text.ts'
import { folderWith } from '../folder.ts'

const INVENTORY = 'web: {hosts: {web01: {level: host}}, vars: {level: group}}'

test('passwords are secrets wherever they stand, templates stay templates', async () => {
  const directory = folderWith({
    'hosts.yaml': 'web: {hosts: {web01: {ansible_password: 0123}}, vars: {ansible_become_pass: hunter2}}',
    'group_vars/web.yml': 'ansible_ssh_pass: "{{ vaulted }}"\nother: !secret x\n',
  })
  const inventory = await readInventory([join(directory, 'hosts.yaml')])
  const variables = (await readVariables(inventory)).forHost('web01')
  expect(variables.get('ansible_password')).toBeInstanceOf(Secret)
  expect(variables.get('ansible_become_pass')).toBeInstanceOf(Secret)
  expect(variables.get('other')).toBeInstanceOf(Secret)
  expect(variables.get('ansible_ssh_pass')).toBeInstanceOf(TemplateText)
})

test('the place of a value is that of the file that won', async () => {
  const directory = folderWith({ 'hosts.yaml': INVENTORY, 'host_vars/web01.yml': '\nlevel: file\n' })
  const inventory = await readInventory([join(directory, 'hosts.yaml')])
  const variables = await readVariables(inventory)
  expect(variables.forHost('web01').get('level')).toBe('file')
  expect(variables.positionOf('web01', 'level')).toMatchObject({ line: 2, column: 8 })
  expect(variables.positionOf('web01', 'level')?.file).toMatch(/host_vars\/web01\.yml$/)
})

test('the mistakes of all files are told at once, and only of files that concern the inventory', async () => {
  const directory = folderWith({
    'hosts.yaml': INVENTORY,
    'group_vars/all.yml': 'a: [',
    'group_vars/web/1.yml': '- list',
    'group_vars/web/2.yml': 'a: 1\n---\nb: 2\n',
    'group_vars/other.yml': '[broken',
    'host_vars/web01': 'text',
  })
  const inventory = await readInventory([join(directory, 'hosts.yaml')])
  const refused = await readVariables(inventory).catch((error: Error) => error.message)
  expect(String(refused).match(/(?:group|host)_vars\/[\w/.]+:\d+/g)).toEqual([
    'group_vars/all.yml:1',
    'group_vars/web/1.yml:1',
    'group_vars/web/2.yml:3',
    'host_vars/web01:1',
  ])
})

test('what a host gets cannot be changed through it', async () => {
  const directory = folderWith({ 'hosts.yaml': INVENTORY })
  const inventory = await readInventory([join(directory, 'hosts.yaml')])
  const variables = await readVariables(inventory)
  variables.forHost('web01').set('level', 'changed')
  expect(variables.forHost('web01').get('level')).toBe('host')
})

test('an unknown host is refused, the implicit localhost known', async () => {
  const directory = folderWith({ 'hosts.yaml': INVENTORY })
  const inventory = await readInventory([join(directory, 'hosts.yaml')])
  const variables = await readVariables(inventory)
  expect(() => variables.forHost('web02')).toThrow('the inventory has no host web02')
  expect(variables.forHost('localhost')).toEqual(new Map([['ansible_connection', 'local']]))
})

test('hash_behaviour = merge merges dicts over all levels, key by key', async () => {
  const directory = folderWith({
    'hosts.yaml': 'all: {vars: {d: {a: 1, deep: {x: 1}}, l: [1]}}\nweb: {hosts: {web01: {d: {b: 2}}}}\n',
    'group_vars/web/1.yml': 'd: {c: 3, deep: {y: 2}}\n',
    'group_vars/web/2.yml': 'd: {a: 9}\nl: [2]\n',
  })
  const inventory = await readInventory([join(directory, 'hosts.yaml')], { merge: true })
  const { forHost } = await readVariables(inventory, { merge: true })
  expect(jsonOf(forHost('web01').get('d')!)).toEqual({ a: 9, b: 2, c: 3, deep: { x: 1, y: 2 } })
  expect(forHost('web01').get('l')).toEqual([2])
})
