import { expect, test } from 'vitest'
import type { RunWords } from '../../src/cli/options/run-options.ts'
import { Input } from './input.ts'

// Values measured with ansible-core 2.19.14.

async function run(files: Readonly<Record<string, string>>, words: RunWords = {}) {
  const input = await Input.write(files)
  const ways: string[] = []
  try {
    const { result, events } = await input.apply(
      { check: false, ...words },
      { connecting: ({ name, host, user, port }) => void ways.push(`${name} ${user}@${host}:${port}`) },
    )
    const tasks = events.filter((event) => event.type === 'task')
    const told = tasks.flatMap((event) =>
      event.item === undefined && event.status !== 'cancelled'
        ? [`${event.host} ${event.task} ${event.module === 'debug' ? event.result.get('msg') : event.status}`]
        : [],
    )
    const warnings = events.flatMap((event) => (event.type === 'warning' ? [event.message] : []))
    return {
      told,
      warnings,
      ways,
      result,
      none: events.flatMap((e) => (e.type === 'no-hosts' ? [e.play] : [])),
    }
  } finally {
    await input.remove()
  }
}

const FILES = {
  'hosts.yaml': `
all:
  hosts: { a: { kind: x y }, b: { kind: z }, c: { kind: x y } }
  children: { web: { hosts: { a: }, vars: { colour: web } } }
`,
  'group_vars/fresh.yml': 'from_file: fresh-file\n',
  'host_vars/n1.yml': 'own_file: n1-file\n',
  'play.yaml': `
- name: adds
  hosts: all
  gather_facts: false
  serial: 2
  tasks:
    - name: group
      group_by: { key: "kind {{ kind }}", parents: [kinds, more things] }
      register: g
    - { name: seen, debug: { msg: "{{ groups['kind-x-y'] }} {{ group_names }} {{ g.changed }} {{ g.add_group }} {{ groups.kinds }}" } }
    - block:
        - name: add
          add_host: "name=n{{ item }}:22{{ item }} groupname=fresh,other colour={{ inventory_hostname }}"
          loop: [1, 2]
          when: item != 3
          register: r
        - { name: reg, debug: { msg: "{{ r is defined }} {{ groups.fresh }} {{ hostvars.n1.colour }} {{ hostvars.n1.from_file }} {{ hostvars.n1.own_file }} {{ hostvars.n2.ansible_ssh_port }}" } }
        - name: more
          add_host: { name: a, groups: fresh, colour: added, list: [1] }
        - { name: colour, debug: { msg: "{{ colour | default('none') }} {{ group_names }}" } }
- name: uses
  hosts: fresh:!n2
  gather_facts: false
  tasks:
    - { name: u, debug: { msg: "{{ group_names }} {{ colour }} {{ ansible_play_hosts }}" } }
- name: kinds
  hosts: kinds:nosuch
  gather_facts: false
  order: sorted
  tasks:
    - { name: k, debug: { msg: "{{ inventory_hostname }}" } }
`,
}

test.each([false, true])(
  'hosts and groups are there from the next task on, for every host (check mode: %s)',
  async (check) => {
    const { told, warnings } = await run(FILES, { check, forks: 1 })
    const X = "['kind-x-y', 'kinds', 'more-things'"
    expect(told.filter((line) => /^[ab] |^n/.test(line)).toSorted()).toEqual(
      [
        'a group changed',
        'b group changed',
        `a seen ['a'] ${X}, 'web'] True kind-x-y ['a', 'b']`,
        `b seen ['a'] ['kind-z', 'kinds', 'more-things'] True kind-z ['a', 'b']`,
        'a add changed',
        "a reg True ['n1', 'n2'] a fresh-file n1-file 222",
        "b reg False ['n1', 'n2'] a fresh-file n1-file 222",
        'a more changed',
        `a colour added ['fresh', ${X.slice(1)}, 'web']`,
        "b colour none ['kind-z', 'kinds', 'more-things']",
        "n1 u ['fresh', 'other'] c ['n1', 'a']",
        `a u ['fresh', ${X.slice(1)}, 'web'] added ['n1', 'a']`,
        'a k a',
        'b k b',
      ].toSorted(),
    )
    // The second batch: nothing of the group is new but the host in it.
    expect(told.filter((line) => line.startsWith('c '))).toEqual([
      'c group changed',
      `c seen ['a', 'c'] ${X}] True kind-x-y ['a', 'c', 'b']`,
      'c add changed',
      "c reg True ['n1', 'n2', 'a'] c fresh-file n1-file 222",
      'c more ok',
      `c colour none ${X}]`,
      'c k c',
    ])
    expect(warnings).toEqual([
      expect.stringContaining(
        'Could not match supplied host pattern, ignoring: no host and no group is called nosuch',
      ),
    ])
  },
)

const ADDING = (args: string, later: string, tasks = '[{ command: "true" }]') => ({
  'hosts.yaml': 'all: { hosts: { a: } }\n',
  'play.yaml': `
- hosts: localhost
  gather_facts: false
  tasks:
    - command: echo 192.0.2.9
      register: address
    - add_host: ${args}
- hosts: ${later}
  gather_facts: false
  tasks: ${tasks}
`,
})

test('an added host is connected to as its variables say, unless --limit leaves it out', async () => {
  const files = ADDING(
    '{ name: new, groups: [fresh], ansible_host: "{{ address.stdout }}", ansible_user: admin, ansible_port: 2222 }',
    'fresh',
  )
  expect((await run(files, { connection: 'ssh' })).ways).toEqual([
    expect.stringMatching(/^localhost /),
    'new admin@192.0.2.9:2222',
  ])
  const limited = await run(files, { connection: 'ssh', limit: 'a' })
  expect(limited.ways).toHaveLength(1)
  expect(limited.none).toEqual(['fresh'])
})

test('what is wrong with added hosts is found before their play begins', async () => {
  const { result, told, ways } = await run(
    ADDING(
      '{ name: new, groups: [fresh], ansible_port: none }',
      'a:fresh',
      '[{ name: never, debug: { msg: "{{ nosuch }}" } }]',
    ),
    { connection: 'ssh' },
  )
  expect(told.some((line) => line.includes('never'))).toBe(false)
  expect(ways).toHaveLength(1)
  expect(result.exitCode).toBe(2)
  expect(result.failures.map(({ host, status, message }) => [host, status, message])).toEqual([
    [
      'new',
      'failed',
      expect.stringMatching(/the play 'a:fresh' was not begun: .*ansible_port.*'nosuch' is undefined/),
    ],
    ['a', 'cancelled', expect.stringContaining('not started: the play')],
  ])
})

test('a file of variables with mistakes fails the task that brings it in', async () => {
  const { result } = await run({
    ...ADDING('{ name: new, groups: [fresh] }', 'fresh'),
    'group_vars/fresh.yml': '- a list\n',
  })
  expect(result.failures[0]?.message).toMatch(/group_vars\/fresh\.yml:1:1: a file of variables is a mapping/)
})

test('mistakes are failures of the task, and words that no play can mean are still refused', async () => {
  const failing = async (args: string) => (await run(ADDING(args, 'all'))).result.failures[0]?.message
  expect(await failing('{ name: "web[1:3]" }')).toContain('add_host takes one host')
  expect(await failing('{ name: "a b" }')).toContain('is no host name')
  expect(await failing('{ name: new, groups: { a: 1 } }')).toContain('groups must be specified as a list')
  const input = await Input.write({
    'hosts.yaml': 'all: { hosts: { a: } }\n',
    'play.yaml': `
- { hosts: nosuch, gather_facts: false, tasks: [] }
- { hosts: all, gather_facts: false, tasks: [group_by: { key: x }] }
- { hosts: x, gather_facts: false, tasks: [] }
- { hosts: all, strategy: free, gather_facts: false, tasks: [add_host: { name: new }] }
`,
  })
  try {
    expect(await input.problems()).toEqual([
      expect.stringContaining('no host and no group is called nosuch'),
      expect.stringContaining('add_host is done once for all hosts, which the strategy free has not'),
    ])
  } finally {
    await input.remove()
  }
})

test('the implicit localhost can be grouped, and a group contains not itself', async () => {
  const { told, result } = await run({
    'hosts.yaml': 'all: { hosts: { a: } }\n',
    'play.yaml': `
- hosts: localhost
  gather_facts: false
  tasks:
    - group_by: { key: here }
    - { name: seen, debug: { msg: "{{ groups.here }} {{ group_names }} {{ groups.all }}" } }
    - group_by: { key: all, parents: here }
`,
  })
  expect(told).toContain("localhost seen ['localhost'] ['here'] ['a', 'localhost']")
  expect(result.failures[0]?.message).toContain('would contain itself')
})

test('a thousand hosts group themselves in a moment, in any order', async () => {
  const names = Array.from({ length: 1000 }, (_, at) => `h${at}`)
  const { told } = await run({
    'hosts.yaml': `all: { hosts: { ${names.map((name) => `${name}: `).join(', ')} } }\n`,
    'play.yaml': `
- hosts: all
  gather_facts: false
  tasks:
    - group_by: { key: "g{{ inventory_hostname[-1:] }}" }
    - { name: seen, debug: { msg: "{{ groups.g7 | length }}" }, run_once: true }
- hosts: g7
  gather_facts: false
  tasks:
    - { name: k, debug: { msg: "{{ group_names }}" } }
`,
  })
  expect(told).toContain('h0 seen 100')
  expect(told.filter((line) => line.endsWith('k g7'))).toHaveLength(100)
})
