import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hostsOf } from '../../../src/inventory/members.ts'
import { readInventory } from '../../../src/inventory/read.ts'
import { Secret } from '../../../src/values/secret.ts'
import { TemplateText } from '../../../src/values/template-text.ts'
import { folderWith } from '../folder.ts'

const read = (text: string, name = 'hosts.ini') => readInventory([join(folderWith({ [name]: text }), name)])

test('all mistakes of a file are told at once, each with its place', async () => {
  const text = [
    '[web',
    '[web:vras]',
    '[web]',
    'web01 secret part of=it',
    'web[3:1]',
    'h: x=1',
    '  db01 note="open',
    '[web:vars]',
    'port: 80',
    "tls={{ 'on' }}",
    '[site:children]',
    'wbe',
    'all',
    'two words',
    '[lost:vars]',
    'a=1',
    '[x] ; remark',
  ].join('\n')
  const refused = await read(text).catch((error: Error) => error.message)
  const places = String(refused).match(/hosts\.ini:\d+:\d+/g)
  expect(places).toEqual([
    ...['hosts.ini:1:1', 'hosts.ini:2:1', 'hosts.ini:4:7', 'hosts.ini:4:14', 'hosts.ini:5:1'],
    ...['hosts.ini:6:1', 'hosts.ini:7:3', 'hosts.ini:9:1', 'hosts.ini:10:5', 'hosts.ini:13:1'],
    ...['hosts.ini:14:1', 'hosts.ini:17:1', 'hosts.ini:12:1', 'hosts.ini:15:1'],
  ])
  expect(refused).toContain('did you mean "vars"?')
  expect(refused).toContain('names the group wbe, which is not declared\n  hint: did you mean "web"?')
  // What a line holds may be a part of a password.
  expect(refused).not.toMatch(/secret|\bpart|note|80/)
})

test('values have their places, passwords are secrets, templates stay templates', async () => {
  const inventory = await read('web01 a=1 ansible_password=pw note="{{ a }}" list="[\'{{ b }}\']"\n')
  const host = inventory.hosts.get('web01')!
  expect(host.varPositions.get('note')).toMatchObject({ line: 1, column: 31 })
  expect(host.vars.get('ansible_password')).toBeInstanceOf(Secret)
  expect(host.vars.get('note')).toBeInstanceOf(TemplateText)
  expect((host.vars.get('list') as TemplateText[])[0]).toBeInstanceOf(TemplateText)
})

test('a file without sections, and one with nothing but a host and a variable in a .yaml', async () => {
  expect([...(await read('web01\nweb02 a=1\n')).hosts.keys()]).toEqual(['web01', 'web02'])
  expect([...(await read('web01 ansible_host=192.0.2.1\n', 'hosts.yaml')).hosts.keys()]).toEqual(['web01'])
})

describe('which form is meant', () => {
  test.each([
    [
      'hosts.yaml',
      'web01 ansible_host=192.0.2.1 oops\n',
      'hosts.yaml:1:30: a word on a host line is no key=value',
    ],
    ['hosts', '[web]\nweb01 oops\n', 'hosts:2:7: a word on a host line'],
    ['hosts.yaml', 'all:\n  hosts: [\n', 'hosts.yaml:3:1: not valid YAML'],
    [
      'hosts.ini',
      'all:\n  hosts:\n    web01:\n',
      'this looks like YAML, and a file of this name is read as INI\n  hint: name it .yaml',
    ],
    ['hosts', '#!/bin/sh\necho {}\n', 'begins with #! and is not executable\n  hint: chmod +x'],
  ])('%s: %j', async (name, text, message) => {
    await expect(read(text, name)).rejects.toThrow(message)
  })

  test('a host line that is a mapping to YAML is INI', async () => {
    const inventory = await read('web01 labels="{\'a\': 1}"\n', 'hosts')
    expect(inventory.hosts.get('web01')?.vars.get('labels')).toEqual(new Map([['a', 1]]))
  })
})

test('ten thousand hosts in nested groups', async () => {
  const groups = Array.from(
    { length: 100 },
    (_, index) => `[g${index}]\ng${index}-[001:100] a=${index} b="x y"\n`,
  )
  const inventory = await read(
    `${groups.join('')}[top:children]\n${groups.map((_, index) => `g${index}`).join('\n')}\n`,
  )
  expect(hostsOf(inventory, 'top')).toHaveLength(10_000)
})
