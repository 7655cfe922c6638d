import { hostname, userInfo } from 'node:os'
import { describe, expect, test } from 'vitest'
import type { RunWords } from '../../../src/cli/options/run-options.ts'
import { Input } from '../input.ts'

const HOSTS = 'all: { hosts: { one: , two: } }\n'

/** What a playbook's tasks said, `host: message` each, and how many requests it took. */
async function run(playbook: string, files: Readonly<Record<string, string>> = {}, words: RunWords = {}) {
  const input = await Input.write({ 'hosts.yaml': HOSTS, 'play.yaml': playbook, ...files })
  try {
    const { events, result } = await input.apply(words)
    const tasks = events.filter((event) => event.type === 'task')
    const ended = events.find((event) => event.type === 'run-ended')
    return {
      told: tasks.map(({ host, result: own }) => `${host}: ${String(own.get('msg'))}`),
      tasks,
      requests: ended?.cost.requests,
      exitCode: result.exitCode,
      failures: result.failures,
    }
  } finally {
    await input.remove()
  }
}

const name = hostname().split('.')[0]

describe('facts', () => {
  test('cost nothing where nobody reads one', async () => {
    const { told, requests } = await run('- hosts: one\n  tasks:\n    - debug: { msg: hello }\n')
    expect(told).toEqual(['one: hello'])
    expect(requests).toBe(0)
  })

  test('are asked for with what the tasks need to know, in one request', async () => {
    const { told, requests } = await run(`- hosts: one
  tasks:
    - stat: { path: /etc/passwd }
      when: ansible_system == 'Linux'
    - debug: { msg: "{{ ansible_hostname }} {{ ansible_facts.hostname }} {{ ansible_facts['user_id'] }}" }
`)
    expect(told.at(-1)).toBe(`one: ${name} ${name} ${userInfo().username}`)
    expect(requests).toBe(1)
  })

  test('are there through variables, conditions, templates and of other hosts', async () => {
    const { told, requests, failures } = await run(
      `- hosts: all
  vars: { named: "{{ ansible_hostname }}!" }
  tasks:
    - debug: { msg: "{{ named }} {{ hostvars['two'].ansible_facts.hostname }} {{ hostvars.two['ansible_system'] }}" }
    - debug: { msg: "{{ lookup('template', 't.j2') }}" }
    - debug: { msg: "{{ ansible_facts | length > 40 }} {{ 'memtotal_mb' in ansible_facts }}" }
    - debug: { msg: "{{ vars['ansible_' ~ 'kernel'] is defined }}" }
`,
      { 'templates/t.j2': '{{ ansible_facts.system }}' },
      { limit: 'one,two' },
    )
    expect(failures).toEqual([])
    expect(told).toContain(`one: ${name}! ${name} Linux`)
    expect(told).toContain(`two: ${name}! ${name} Linux`)
    expect(told.filter((each) => each.startsWith('two')).slice(1)).toEqual([
      'two: Linux',
      'two: True True',
      'two: true',
    ])
    expect(requests).toBe(2)
  })

  test('gather_facts: false and the words of subsets are obeyed', async () => {
    const without = await run(
      '- hosts: one\n  gather_facts: false\n  tasks:\n    - debug: { msg: "{{ ansible_hostname | default(\'none\') }} {{ ansible_facts }}" }\n',
    )
    expect(without.told).toEqual(['one: none {}'])
    expect(without.requests).toBe(0)
    const { told } = await run(
      '- hosts: one\n  gather_subset: ["!all", network]\n  tasks:\n    - debug: { msg: "{{ ansible_hostname is defined }} {{ ansible_interfaces is defined }} {{ ansible_memtotal_mb is defined }}" }\n',
    )
    expect(told).toEqual(['one: True True False'])
  })

  test('a fact that is not there is refused as what it is: undefined', async () => {
    const input = await Input.write({
      'hosts.yaml': HOSTS,
      'play.yaml':
        '- hosts: one\n  gather_facts: false\n  tasks:\n    - debug: { msg: "{{ ansible_hostname }}" }\n',
    })
    expect(await input.problems()).toEqual([expect.stringContaining("'ansible_hostname' is undefined")])
    await input.remove()
    const bad = await Input.write({
      'hosts.yaml': HOSTS,
      'play.yaml': '- hosts: one\n  gather_subset: [nosuch]\n  tasks: []\n',
    })
    expect(await bad.problems()).toEqual([expect.stringContaining("Bad subset 'nosuch'")])
    await bad.remove()
  })

  test('last over plays, lose to variables of plays and beat those of the inventory', async () => {
    const { told } = await run(
      `- hosts: one
  tasks:
    - debug: { msg: "{{ ansible_system }}" }
- hosts: one
  gather_facts: false
  vars: { ansible_kernel: mine }
  tasks:
    - debug: { msg: "{{ ansible_system }} {{ ansible_kernel }} {{ ansible_facts.kernel != 'mine' }} {{ ansible_machine }}" }
`,
      { 'host_vars/one.yaml': 'ansible_machine: toaster\n' },
    )
    expect(told[1]).toMatch(/^one: Linux mine True (?!toaster)\w+$/)
  })

  test('name vars_files, whose variables are there for all tasks', async () => {
    const play = (files: string) =>
      `- hosts: one\n  vars_files: ${files}\n  tasks:\n    - debug: { msg: "{{ of_system }} {{ both }}" }\n`
    const files = { 'a.yaml': 'both: a\n', 'Linux.yaml': 'of_system: linux\n', 'z.yaml': 'both: z\n' }
    const { told, requests } = await run(play('[a.yaml, "{{ ansible_system }}.yaml", z.yaml]'), files)
    expect(told).toEqual(['one: linux z'])
    expect(requests).toBe(1)
    const { failures } = await run(play('["{{ ansible_system }}-nosuch.yaml"]'), files)
    expect(failures[0]?.message).toContain('vars_files: no such file: Linux-nosuch.yaml')
  })

  test('tags leave gathering out only where the play has some', async () => {
    const play = (tags: string) =>
      `- hosts: one\n  ${tags}\n  tasks:\n    - debug: { msg: "{{ ansible_system | default('none') }}" }\n      tags: [wanted]\n`
    expect((await run(play('gather_facts: true'), {}, { tags: ['wanted'] })).told).toEqual(['one: Linux'])
    expect((await run(play('tags: [other]'), {}, { tags: ['wanted'] })).told).toEqual(['one: none'])
  })
})

describe('setup', () => {
  test('reads what its filter leaves, anew, and without a play that gathers', async () => {
    const { told, tasks } = await run(`- hosts: one
  gather_facts: false
  tasks:
    - setup: { filter: [ansible_date_time, "mem*_mb"], gather_subset: "!all,hardware,date_time" }
      register: first
    - debug: { msg: "{{ ansible_date_time.year | int > 2000 }} {{ first.ansible_facts | sort | join(' ') }}" }
    - ansible.builtin.gather_facts:
    - debug: { msg: "{{ ansible_os_family is defined }} {{ ansible_facts.architecture }}" }
`)
    expect(told[1]).toBe(
      'one: True ansible_date_time ansible_memfree_mb ansible_memory_mb ansible_memtotal_mb gather_subset module_setup',
    )
    expect(told[3]).toMatch(/^one: True \w+$/)
    expect(tasks.every(({ status }) => status === 'ok')).toBe(true)
  })
})

describe('local facts', () => {
  test('are read from files of JSON and INI and from programs, and told when they are neither', async () => {
    const { told } = await run(
      `- hosts: one
  fact_path: "{{ playbook_dir }}/facts.d"
  tasks:
    - debug: { msg: "{{ ansible_local.a.x }} {{ ansible_local.b.sec.key }} {{ ansible_local.bad }}" }
`,
      {
        'facts.d/a.fact': '{"x": [1, 2.5]}',
        'facts.d/b.fact': '[sec]\nkey = v\n',
        'facts.d/bad.fact': 'nonsense',
      },
    )
    expect(told).toEqual([
      'one: [1, 2.5] v error loading facts as JSON or ini - please check content: bad.fact',
    ])
  })

  test('that never end, are large, nested without end or templates cost no other fact, and are text', async () => {
    const deep = '['.repeat(100_000)
    const doubles = Array.from({ length: 30 }, (_, at) => `k${at} = %(k${at + 1})s%(k${at + 1})s`)
    const { told } = await run(
      `- hosts: one
  gather_facts: false
  tasks:
    - command: chmod +x facts.d/yes.fact facts.d/sleep.fact
      args: { chdir: "{{ playbook_dir }}" }
      check_mode: false
    - setup: { gather_subset: [local], gather_timeout: 1, fact_path: "{{ playbook_dir }}/facts.d" }
    - debug: { msg: "{{ ansible_local.values() | map('string') | map('truncate', 40) | join('; ') }}" }
    - debug: { msg: "{{ ansible_local.a.x }}" }
`,
      {
        'facts.d/a.fact': `{"x": "{{ lookup('pipe', 'id') }}"}`,
        'facts.d/deep.fact': deep,
        'facts.d/doubles.fact': `[s]\n${doubles.join('\n')}\nk30 = aaaa\n`,
        'facts.d/large.fact': ' '.repeat(400_000),
        'facts.d/sleep.fact': '#!/bin/sh\nsleep 1000\n',
        'facts.d/yes.fact': '#!/bin/sh\nyes {}\n',
        'facts.d/z.fact': '{"y": 1}',
      },
    )
    const neither = 'error loading facts as JSON or ini -...'
    expect(told[2]).toBe(
      `one: {'x': "{{ lookup('pipe', 'id') }}"}; ${neither}; ${neither}; large.fact says more than 262144...; Failure executing fact script...; yes.fact says more than 262144...; {'y': 1}`,
    )
    expect(told[3]).toBe("one: {{ lookup('pipe', 'id') }}")
  })
})
