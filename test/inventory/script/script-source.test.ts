import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { InventoryBuilder } from '../../../src/inventory/builder.ts'
import { readInventory } from '../../../src/inventory/read.ts'
import { addScriptSource } from '../../../src/inventory/script/script-source.ts'
import { EncryptedValue } from '../../../src/values/encrypted.ts'
import { Float } from '../../../src/values/float.ts'
import { folderWith } from '../folder.ts'

function script(body: string): string {
  const file = join(folderWith({ 'hosts.sh': `#!/bin/sh\n${body}\n` }), 'hosts.sh')
  chmodSync(file, 0o755)
  return file
}

const print = (data: unknown) => script(`cat <<'END'\n${JSON.stringify(data)}\nEND`)

test('the order of groups is that of the text, numbers keep their type, special objects their meaning', async () => {
  const file = script(
    'echo \'{"z": {"hosts": ["h1"], "vars": {"f": 1e3, "i": 1}}, "10": ["h1"], "2": ["h1"], "_meta": {"hostvars": {"h1": {"u": {"__ansible_unsafe": "{{ x }}"}, "v": {"__ansible_vault": "$ANSIBLE_VAULT;1.1;AES256\\\\n00"}}}}}\'',
  )
  const inventory = await readInventory([file])
  expect([...inventory.groups.keys()]).toEqual(['all', 'ungrouped', 'z', '10', '2'])
  expect(inventory.groups.get('z')?.vars).toEqual(
    new Map<string, unknown>([
      ['f', new Float(1000)],
      ['i', 1],
    ]),
  )
  expect(inventory.hosts.get('h1')?.vars.get('u')).toBe('{{ x }}')
  expect(inventory.hosts.get('h1')?.vars.get('v')).toBeInstanceOf(EncryptedValue)
})

test.each([
  [{ web: { hosts: ['../etc'] } }, 'hosts of the group web are names; "../etc" is none'],
  [{ web: { hosts: ['-o'] } }, '"-o" is none'],
  [{ web: { hosts: [1] } }, '"1" is none'],
  [{ web: { hosts: ['h'], vars: [] } }, 'vars of the group web must be an object'],
  [{ web: { children: 'db' } }, 'children of the group web must be a list'],
  [{ web: { children: ['all'] } }, 'all cannot be a child of web'],
  [{ a: { children: ['b'] }, b: { children: ['a'] } }, 'the group a contains itself'],
  [{ web: 'h' }, 'the group web must be an object or a list of hosts'],
  [{ _meta: {} }, '_meta must hold an object hostvars'],
  [[], 'what the script prints is no JSON object'],
])('%j', async (data, message) => {
  await expect(readInventory([print(data)])).rejects.toThrow(message)
})

test('a script that gives no answer in time ends, with all it started', async () => {
  const file = script('sleep 1000 & echo $! > "$0.pid"; wait')
  const source = { file, directory: undefined }
  await expect(addScriptSource(new InventoryBuilder(), file, source, 0.5)).rejects.toThrow(
    'the script gave no answer within 0.5 s',
  )
  await vi.waitFor(() => {
    const pid = readFileSync(`${file}.pid`, 'utf8').trim()
    const state = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : ' Z '
    expect(state).toContain(' Z ')
  })
})

test('a script without end is stopped at a bound', async () => {
  await expect(readInventory([script('exec cat /dev/zero')])).rejects.toThrow('printed more than')
})

test('what it says is shown without control characters', async () => {
  const file = script('printf "token \\033[2J\\n" >&2; exit 4')
  await expect(readInventory([file])).rejects.toThrow('ended with exit status 4\n  it said: token \\x1b[2J')
})

test('an interpreter that is not there is told', async () => {
  const file = join(folderWith({ 'hosts.sh': '#!/nowhere/python\n' }), 'hosts.sh')
  chmodSync(file, 0o755)
  await expect(readInventory([file])).rejects.toThrow('its first line must name a program that is here')
})
