import { join } from 'node:path'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { inventoryCommand } from '../../src/cli/inventory.ts'
import { inventorySources } from '../../src/cli/options/inventory-option.ts'
import { folderWith } from '../inventory/folder.ts'

afterEach(() => vi.restoreAllMocks())

const FILES = {
  'hosts.yaml':
    'web:\n  hosts:\n    web01: {ansible_password: hunter2, note: "{{ a }}"}\n    web02:\n  vars: {port: 1.0}\ndb-tier: {hosts: {db01: }}\n',
}

/** What the command prints on stdout and stderr. */
async function run(...words: string[]): Promise<{ out: string; err: string }> {
  const printed = { out: '', err: '' }
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.out += text
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    printed.err += text
    return true
  })
  const directory = folderWith(FILES)
  await inventoryCommand()
    .exitOverride()
    .parseAsync(['-i', join(directory, 'hosts.yaml'), ...words], { from: 'user' })
  return printed
}

test('--list prints JSON without secrets; warnings go to stderr', async () => {
  const { out, err } = await run('--list')
  const listed = JSON.parse(out)
  expect(listed.web).toEqual({ hosts: ['web01', 'web02'] })
  expect(listed._meta.hostvars.web01).toEqual({ ansible_password: '********', note: '{{ a }}', port: 1 })
  expect(out).not.toContain('hunter2')
  expect(err).toContain('warning: ')
  expect(err).toContain('db-tier')
})

test('a float is printed as it is', async () => {
  expect((await run('--list')).out).toContain('"port": 1.0')
  expect((await run('--host', 'web02')).out).toBe('{\n    "port": 1.0\n}\n')
})

test('--export leaves variables with their groups', async () => {
  const listed = JSON.parse((await run('--list', '--export')).out)
  expect(listed.web).toEqual({ hosts: ['web01', 'web02'], vars: { port: 1 } })
  expect(Object.keys(listed._meta.hostvars)).toEqual(['web01'])
})

test('--limit keeps hosts of --list, -e lies over all variables', async () => {
  const listed = JSON.parse(
    (await run('--list', '--limit', 'web:!web01', '-e', 'port=2', '-e', '{"x": 1}')).out,
  )
  expect(listed.web).toEqual({ hosts: ['web02'] })
  expect(listed._meta.hostvars).toEqual({ web02: { port: '2', x: 1 } })
})

test('--graph draws the tree, from a group down, with variables when asked for', async () => {
  expect((await run('--graph')).out).toBe(
    '@all:\n  |--@ungrouped:\n  |--@web:\n  |  |--web01\n  |  |--web02\n  |--@db-tier:\n  |  |--db01\n',
  )
  expect((await run('--graph', 'web', '--vars')).out).toBe(
    [
      '@web:',
      '  |--web01',
      '  |  |--{ansible_password = ********}',
      '  |  |--{note = {{ a }}}',
      '  |  |--{port = 1.0}',
      '  |--web02',
      '  |  |--{port = 1.0}',
      '  |--{port = 1.0}',
      '',
    ].join('\n'),
  )
})

test('--host prints the variables of one host', async () => {
  expect(JSON.parse((await run('--host', 'web02')).out)).toEqual({ port: 1 })
})

describe('refused', () => {
  test.each([
    [[], 'give one of --list, --graph and --host'],
    [['--list', '--graph'], 'give one of'],
    [['--list', '--vars'], '--vars goes with --graph'],
    [['--graph', '--export'], '--export goes with --list'],
    [['--graph', '--limit', 'web'], '--limit goes with --list'],
    [['--graph', 'wbe'], 'the inventory has no group wbe\n  hint: did you mean "web"?'],
    [['--host', 'web03'], 'the inventory has no host web03\n  hint: did you mean "web01"?'],
    [['--list', '--limit', 'nosuch'], 'no host and no group is called nosuch'],
  ])('%j', async (words, message) => {
    await expect(run(...words)).rejects.toThrow(message)
  })
})

test('the inventory is the one given, else that of the environment, else the default', () => {
  expect(inventorySources(['a', 'b'], { MUSTER_INVENTORY: 'c' })).toEqual(['a', 'b'])
  expect(inventorySources(undefined, { MUSTER_INVENTORY: 'c' })).toEqual(['c'])
})

test('no inventory at all is refused with what to do', () => {
  const before = process.cwd()
  process.chdir(folderWith({}))
  onTestFinished(() => process.chdir(before))
  expect(() => inventorySources(undefined, {})).toThrow(
    'name one with -i, in MUSTER_INVENTORY or in ansible.cfg',
  )
  process.chdir(folderWith({ 'inventory.yaml': '' }))
  expect(inventorySources([], { MUSTER_INVENTORY: '' })).toEqual(['./inventory.yaml'])
})
