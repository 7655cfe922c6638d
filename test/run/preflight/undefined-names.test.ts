import { describe, expect, test } from 'vitest'
import { Input } from '../input.ts'

const HOSTS = `all:
  hosts:
    web01: { site: fra, only_here: 1 }
    web02: { site: ber }
  vars: { base_dir: /srv, mode: agent }
`

/** What a play of these tasks is refused for. */
async function refusals(tasks: string, files: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const input = await Input.write({
    'hosts.yaml': HOSTS,
    'play.yaml': `- hosts: all\n  gather_facts: false\n  tasks:\n${tasks.replaceAll(/^/gm, '    ')}\n`,
    ...files,
  })
  try {
    return await input.problems()
  } finally {
    await input.remove()
  }
}

describe('a name that no host has is refused before any connection', () => {
  test('in an argument, with its place and the nearest name', async () => {
    expect(await refusals('- debug:\n    msg: "in {{ base_dri }}"')).toEqual([
      `play.yaml:5:21: Error while resolving value for 'msg': 'base_dri' is undefined | did you mean "base_dir"?`,
    ])
  })

  test('in a condition, a loop, the environment, a template file, a variable of another', async () => {
    const found = await refusals(
      `- debug: { msg: x }
  when: missing_a
- debug: { msg: "{{ item }}" }
  loop: "{{ missing_b }}"
- command: echo x
  environment: { X: "{{ missing_c }}" }
- template: { src: conf.j2, dest: /tmp/never }
- debug: { msg: "{{ chained }}" }
  vars: { chained: "{{ missing_e }}" }
- debug: { msg: "{{ item }} {{ missing_f }}" }
  loop: [1]`,
      { 'templates/conf.j2': 'first\n  {{ missing_d }}\n' },
    )
    expect(found.map((problem) => /'(\w+)' is undefined/.exec(problem)?.[1])).toEqual([
      'missing_a',
      'missing_b',
      'missing_c',
      'missing_d',
      'missing_e',
      'missing_f',
    ])
    expect(found[3]).toMatch(/^templates\/conf\.j2:2:6: /)
  })

  test('in a handler', async () => {
    const input = await Input.write({
      'hosts.yaml': HOSTS,
      'play.yaml': `- hosts: all
  tasks:
    - debug: { msg: x }
      changed_when: true
      notify: later
  handlers:
    - name: later
      debug: { msg: "{{ missing }}" }
`,
    })
    expect(await input.problems()).toEqual([
      expect.stringMatching(/^play\.yaml:8:25: .*'missing' is undefined/),
    ])
    await input.remove()
  })
})

describe('what can work is left to its turn', () => {
  test.each<[string, string]>([
    ['a default', '- debug: { msg: "{{ nothing | default(1) }}{{ nothing.of.it | default(2) }}" }'],
    [
      'a test',
      '- debug: { msg: "{{ nothing is defined }}" }\n- debug: { msg: "{{ nothing }}" }\n  when: nothing is defined',
    ],
    ['a condition that is false', '- debug: { msg: "{{ server_port }}" }\n  when: mode == "server"'],
    [
      'a branch that is not taken',
      `- debug: { msg: "{{ nothing if mode == 'server' else 1 }}{% if false %}{{ nothing }}{% endif %}" }`,
    ],
    ['a loop over nothing', '- debug: { msg: "{{ nothing }}" }\n  loop: []'],
    [
      'a result',
      '- command: echo x\n  register: done\n- debug: { msg: "{{ done.stdout }}" }\n  when: done is not skipped',
    ],
    [
      'a fact',
      '- set_fact: { found: "{{ site }}" }\n- debug: { msg: "{{ found }} {{ hostvars[inventory_hostname].found }}" }',
    ],
    [
      'a fact that a result decides',
      '- command: echo x\n  register: done\n- set_fact: { "later": "{{ done }}" }\n- debug: { msg: "{{ later }}" }\n  when: done is changed',
    ],
    ['a name that one host has', '- debug: { msg: "{{ only_here }}" }\n  when: only_here is defined'],
    [
      'a loop variable',
      '- debug: { msg: "{{ thing }} {{ at }}" }\n  loop: [1]\n  loop_control: { loop_var: thing, index_var: at }',
    ],
    ['debug of a variable', '- debug: { var: nothing }'],
  ])('%s', async (_, tasks) => {
    expect(await refusals(tasks)).toEqual([])
  })

  test('a failure that the playbook ignores', async () => {
    expect(await refusals('- debug: { msg: "{{ nothing }}" }\n  ignore_errors: true')).toEqual([])
  })

  test('a name that only some hosts lack: they fail, and the others go on', async () => {
    const input = await Input.write({
      'hosts.yaml': HOSTS,
      'play.yaml': '- hosts: all\n  tasks:\n    - debug: { msg: "{{ only_here }}" }\n',
    })
    const { result } = await input.apply()
    expect(result.failures.map(({ host }) => host)).toEqual(['web02'])
    await input.remove()
  })

  test('what an earlier play, another host or a handler finds out', async () => {
    const input = await Input.write({
      'hosts.yaml': HOSTS,
      'play.yaml': `- hosts: localhost
  tasks:
    - command: echo role
      register: role
- hosts: all
  tasks:
    - debug: { msg: "{{ hostvars['localhost'].role.stdout }} {{ hostvars[groups['all'][0]].late }}" }
      when: hostvars['localhost'].role is changed
    - debug: { msg: "{{ late }}" }
      when: late is defined
  handlers:
    - name: h
      command: echo late
      register: late
`,
    })
    expect(await input.problems()).toEqual([])
    await input.remove()
  })
})

test('hostvars of the host itself wait for a result of the same stage', async () => {
  const input = await Input.write({
    'hosts.yaml': 'all: { hosts: { web01: } }\n',
    'play.yaml': `- hosts: all
  tasks:
    - command: echo found
      check_mode: false
      register: done
    - debug: { msg: "{{ hostvars[inventory_hostname].done.stdout }}" }
`,
  })
  const { result, events } = await input.apply()
  expect(result.failures).toEqual([])
  const last = events.filter((event) => event.type === 'task').at(-1)
  expect(last?.result.get('msg')).toBe('found')
  await input.remove()
})
