import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RunWords } from '../../../src/cli/options/run-options.ts'
import { runFromWords } from '../../../src/cli/run-command.ts'

// What can be known before a connection is refused before one: here every connection would be an error of its own.

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-refused-'))
})

afterEach(() => rm(folder, { recursive: true, force: true }))

/** What is told, with places relative to the folder. */
async function refusal(inventory: string, playbook: string, words: RunWords = {}): Promise<string> {
  await writeFile(join(folder, 'inventory.yaml'), inventory)
  await writeFile(join(folder, 'play.yaml'), playbook)
  const run = runFromWords(
    'plan',
    join(folder, 'play.yaml'),
    { inventory: [join(folder, 'inventory.yaml')], ...words },
    () => {},
  )
  const told = await run.then(
    () => 'not refused',
    (error: Error) => `${error.name}: ${error.message}`,
  )
  return told.replaceAll(`${folder}/`, '')
}

describe('variables that say how to reach a host, and as whom to work there', () => {
  const inventory = `all:
  hosts:
    one:
      ansible_port: abc
      ansible_become_method: pbrun
      ansible_become_user: [root]
`
  const play = (become: string) => `- hosts: all
  gather_facts: false
  tasks:
    - command: id
${become}`

  test('all at once, each at its place', async () => {
    expect(await refusal(inventory, play('      become: true\n'))).toBe(`InputError: \
inventory.yaml:4:21: one: ansible_port must be a whole number from 1 to 65535
inventory.yaml:5:30: one: ansible_become_method is none of sudo, su and doas
  hint: muster becomes another user with these
inventory.yaml:6:28: one: ansible_become_user must be text
  hint: put it in quotes`)
  })

  test('what Windows hosts know as runas is refused with its reason', async () => {
    const text = 'all: { hosts: { one: { ansible_become_method: runas } } }\n'
    expect(await refusal(text, play('      become: true\n'))).toMatch(
      /ansible_become_method is none of sudo, su and doas\n {2}hint: an administrator has all rights over SSH/,
    )
  })

  test('a password for sudo without a value is told once, with what to do', async () => {
    const text = 'all: { hosts: { one: { ansible_become_pass: "{{ nosuch }}" } } }\n'
    const told = await refusal(text, play('      become: true\n    - command: id\n      become: true\n'))
    expect(told).toMatch(
      /^InputError: inventory\.yaml:1:\d+: 'nosuch' is undefined\n {2}hint: no host of the play has it: [^\n]*$/,
    )
  })

  test('whom to become matters only where someone becomes another user', async () => {
    expect(await refusal(inventory, play(''))).toBe(
      'InputError: inventory.yaml:4:21: one: ansible_port must be a whole number from 1 to 65535',
    )
  })

  test('a variable from -e is not said to be in the inventory', async () => {
    const words = { extraVars: ['ansible_port=x'] }
    expect(await refusal('all: { hosts: { one: { ansible_port: 1 } } }', play(''), words)).toBe(
      'InputError: one: ansible_port must be a whole number from 1 to 65535',
    )
  })
})

test('templates in variables, wherever they are written', async () => {
  const inventory = `all:
  hosts: { one: , two: }
  vars: { list: [ok, "{{ a | nosuch }}"], which: more }
`
  const play = `- hosts: all
  gather_facts: false
  vars_files: ["{{ which }}.yaml"]
  tasks: [ { debug: { msg: "{{ nothing_of_it | default(1) }}" } } ]
`
  await writeFile(join(folder, 'more.yaml'), 'first: 1\nsecond: "{{ open"\n')
  await writeFile(join(folder, 'extra.yaml'), 'third: "{{ 1 + }}"\n')
  const told = await refusal(inventory, play, { extraVars: [`@${folder}/extra.yaml`] })
  expect(told.split('\n').sort()).toEqual([
    expect.stringMatching(/^InputError: more\.yaml:2:17: Syntax error/),
    expect.stringMatching(/^extra\.yaml:1:16: Syntax error/),
    "inventory.yaml:3:30: No filter named 'nosuch'.",
  ])
})

test('an inventory that turns the check of host keys off is obeyed, not without a warning', async () => {
  const off =
    '{ ansible_host: 127.0.0.1, ansible_port: 1, ansible_ssh_common_args: -o StrictHostKeyChecking=no }'
  await writeFile(join(folder, 'inventory.yaml'), `all: { hosts: { one: ${off}, two: ${off} } }`)
  await writeFile(
    join(folder, 'play.yaml'),
    '- { hosts: all, gather_facts: false, tasks: [ { command: id } ] }',
  )
  const warnings: string[] = []
  await runFromWords(
    'plan',
    join(folder, 'play.yaml'),
    { inventory: [join(folder, 'inventory.yaml')] },
    (event) => event.type === 'warning' && warnings.push(event.message),
  )
  expect(warnings).toEqual([expect.stringMatching(/^the keys of one, two are not checked.*known_hosts\)$/)])
})
