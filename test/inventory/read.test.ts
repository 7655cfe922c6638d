import { chmodSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readInventory } from '../../src/inventory/read.ts'
import { formatProblem, InputError } from '../../src/values/problem.ts'
import { folderWith } from './folder.ts'

async function refusal(yaml: string): Promise<string> {
  const directory = folderWith({ 'hosts.yaml': yaml })
  try {
    await readInventory([join(directory, 'hosts.yaml')])
  } catch (error) {
    if (error instanceof InputError) return error.message.replaceAll(`${directory}/`, '')
    throw error
  }
  throw new Error('was not refused')
}

async function warnings(yaml: string): Promise<string[]> {
  const directory = folderWith({ 'hosts.yaml': yaml })
  const inventory = await readInventory([join(directory, 'hosts.yaml')])
  return inventory.warnings.map((warning) => formatProblem(warning).replaceAll(`${directory}/`, ''))
}

describe('a file is refused where Ansible would lose something', () => {
  test.each([
    ['web: {hosts: {"web[3:1]": }}', 'hosts.yaml:1:16: the range [3:1] runs backwards'],
    [
      'web:\n  hosts:\n    a: {x: 1}\n    a: {y: 2}\n',
      'hosts.yaml:3:5: the host a is written twice in one mapping (again at hosts.yaml:4:5)',
    ],
    ['web: {hosts: {a: }}\nweb: {hosts: {b: }}\n', 'hosts.yaml:1:1: the group web is written twice'],
    ['web:\n  hosts: {a: }\n  hosts: {b: }\n', 'hosts.yaml:2:3: the section hosts is written twice'],
    ['web: {children: {a: , a: }}', 'the group a is written twice'],
    [
      'web: {host: {a: }}',
      'hosts.yaml:1:7: the group web has an unknown key host\n  hint: did you mean "hosts"?',
    ],
    [
      'web: {hosts: [a, b]}',
      'hosts.yaml:1:14: hosts of the group web must be a mapping, not a list\n  hint: write each host as a key',
    ],
    ['1001: {hosts: {a: }}', 'hosts.yaml:1:1: 1001 is no group name: YAML does not read it as text'],
    [
      'web: {hosts: {yes: }}',
      'yes is no host name: YAML does not read it as text\n  hint: put it in quotes: "yes"',
    ],
    ['a: {children: {ungrouped: }}', 'ungrouped cannot be a child of a'],
    ['a: {children: {a: }}', 'hosts.yaml:1:16: the group a contains itself: a > a'],
    ['web: {vars: {ansible_group_priority: high}}', 'ansible_group_priority must be an integer'],
    ['web: {vars: text}', 'vars of the group web must be a mapping'],
    ['"../x": {hosts: {a: }}', '"../x" is no group name'],
    ['plain text', 'an inventory is a mapping of groups, not text'],
  ])('%j', async (yaml, message) => {
    expect(await refusal(yaml)).toContain(message)
  })

  test('all mistakes at once', async () => {
    const yaml = 'web:\n  host: {}\n  hosts:\n    "w[2:1]":\n    1:\n  vars: []\ndb: 5\n'
    expect((await refusal(yaml)).match(/^hosts\.yaml:\d+/gm)).toEqual([
      'hosts.yaml:2',
      'hosts.yaml:4',
      'hosts.yaml:5',
      'hosts.yaml:6',
      'hosts.yaml:7',
    ])
  })

  test('a secret in a wrong place is not shown', async () => {
    expect(await refusal('web: {hosts: {a: !secret hunter2}}')).not.toContain('hunter2')
  })
})

describe('odd but possible', () => {
  test.each([
    ['web-1: {hosts: {a: }}', 'hosts.yaml:1:1: group names that are no variable names: web-1'],
    [
      'web: {hosts: {a: {ansible_usr: x}}}',
      'the variable ansible_usr has no meaning for connections\n  hint: did you mean "ansible_user"?',
    ],
    ['web: {hosts: {a: {a-b: 1}}}', 'no template can name the variable "a-b"'],
    ['web: {hosts: {a: {groups: 1}}}', 'the variable groups is set by muster itself'],
    ['web: {hosts: {web: }}', 'web is both a host and a group'],
    ['web: {vars: {a: 1, a: 2}}', 'the key a is written twice in one mapping; this one counts'],
    ['# nothing\n', 'hosts.yaml: the inventory is empty'],
  ])('%j', async (yaml, message) => {
    const found = await warnings(yaml)
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(message)
  })

  test('a range warns once, not once a host', async () => {
    expect(await warnings('web: {hosts: {"a[1:50]": {ansible_usr: x}}}')).toHaveLength(1)
  })
})

describe('sources', () => {
  const web = 'web: {hosts: {web01: }}'

  test('a folder is read in byte order, without what is no inventory', async () => {
    const file = (host: string) => `web: {hosts: {${host}: }}`
    const directory = folderWith({
      '10': file('ten'),
      '2.yml': file('two'),
      'Upper.json': file('upper'),
      'deep/x.yaml': file('deep'),
      'group_vars/web.yml': 'v: 1',
      '.hidden.yml': file('hidden'),
      'readme.md': '# x',
      'x.yaml~': file('backup'),
      'skip.bak/x.yaml': file('skipped'),
    })
    const inventory = await readInventory([directory])
    expect([...inventory.hosts.keys()]).toEqual(['ten', 'two', 'upper', 'deep'])
    expect(inventory.directories).toEqual([directory])
  })

  test('one bad file of a folder refuses all, and all bad files are named', async () => {
    const directory = folderWith({ 'a.yaml': web, 'b.yaml': '- x', 'c.yaml': '[' })
    await expect(readInventory([directory])).rejects.toThrow(
      /b\.yaml:1:1: .*\n.*\n.*c\.yaml:1:2: not valid YAML/,
    )
  })

  test('a link to nowhere is refused', async () => {
    const directory = folderWith({ 'a.yaml': web })
    symlinkSync('nowhere', join(directory, 'b.yaml'))
    await expect(readInventory([directory])).rejects.toThrow('b.yaml: cannot be read: no such file')
  })

  test('a YAML file that happens to be executable is read', async () => {
    const directory = folderWith({ 'hosts.yaml': web })
    chmodSync(join(directory, 'hosts.yaml'), 0o755)
    expect((await readInventory([join(directory, 'hosts.yaml')])).hosts.has('web01')).toBe(true)
  })

  test('INI inside block text is no INI', async () => {
    const directory = folderWith({ 'hosts.yaml': 'web:\n  vars:\n    conf: |\n      [main]\n      a=1\n' })
    const inventory = await readInventory([join(directory, 'hosts.yaml')])
    expect(inventory.groups.get('web')?.vars.get('conf')).toBe('[main]\na=1\n')
  })

  test.each(['', ' ', 'nowhere', 'nowhere/'])('%j is no inventory', async (source) => {
    await expect(readInventory([source])).rejects.toThrow(InputError)
  })

  test('no source at all is refused', async () => {
    await expect(readInventory([])).rejects.toThrow('no inventory is named')
  })

  test('an empty folder is refused', async () => {
    const directory = folderWith({})
    mkdirSync(join(directory, 'group_vars'))
    await expect(readInventory([directory])).rejects.toThrow('the folder holds no inventory')
  })

  test('a list of hosts has ports and refuses names like files do', async () => {
    const inventory = await readInventory(['a,b:2200'])
    expect(inventory.hosts.get('b')?.vars).toEqual(new Map([['ansible_port', 2200]]))
    await expect(readInventory(['a,../b,user@c'])).rejects.toThrow(
      /"\.\.\/b" is no host name[\s\S]*"user@c" is no host name/,
    )
  })
})
