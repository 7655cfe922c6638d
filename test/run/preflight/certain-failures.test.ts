import { describe, expect, test } from 'vitest'
import { writeEnvelope } from '../../../src/vault/envelope.ts'
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

describe('what no value can mend is refused before any connection', () => {
  test('arguments of filters, tests and lookups, wherever their templates stand', async () => {
    const found = await refusals(
      `- debug: { msg: "{{ x | from_jsn }}{{ 'a' | b64encode(a=1) }}" }
- debug: { msg: "{{ lookup('file', 'x', nosuch=1) }}" }
  when: "'1.0' is version('2', bogus=1)"
- debug: { msg: "{{ broken }}" }
  vars: { broken: "{{ 'x' | upper(1) }}" }
- debug: { msg: "{{ in_inventory }}" }
- debug: { msg: "{{ 'nonsense' | from_json }}" }`,
      { 'hosts.yaml': HOSTS.replace('mode: agent', `mode: agent, in_inventory: "{{ 'x' is version }}"`) },
    )
    expect(found.map((problem) => problem.split(' | ')[0])).toEqual([
      "play.yaml:4:29: No filter named 'from_jsn'.",
      expect.stringMatching(/^play\.yaml:4:49: .*unexpected keyword argument 'a'/),
      expect.stringMatching(/^play\.yaml:5:32: .*there is no option 'nosuch'/),
      expect.stringMatching(/^play\.yaml:6:23: .*unexpected keyword argument 'bogus'/),
      expect.stringMatching(/^play\.yaml:8:33: .*takes at most 0 arguments/),
      expect.stringMatching(/^hosts\.yaml:5:\d+: .*missing a required argument: 'version'/),
      expect.stringMatching(/^play\.yaml:10:\d+: .*from_json' failed/),
    ])
  })

  test('encrypted values that are none, or that no password opens', async () => {
    const good = writeEnvelope({
      id: 'default',
      salt: Buffer.alloc(32, 1),
      hmac: Buffer.alloc(32, 2),
      ciphertext: Buffer.alloc(32, 3),
    })
    const text = `!vault |\n        ${good.trim().replaceAll('\n', '\n        ')}`
    const found = await refusals(`- debug: { msg: !vault "nothing" }
- copy:
    dest: /nowhere
    content: ${text}
- debug: { msg: x }
  vars:
    unused: ${text}
- debug: { msg: "{{ used }}" }
  vars:
    used: ${text}`)
    expect(found.map((problem) => problem.split(' | ')[0])).toEqual([
      'play.yaml:4:29: is no text of Ansible Vault: it does not begin with $ANSIBLE_VAULT;',
      'play.yaml:8:13: is encrypted with Ansible Vault, and no vault password is given',
      expect.stringMatching(/^play\.yaml:\d+:\d+: is encrypted with Ansible Vault, and no vault password/),
    ])
  })

  test('all of it beside mistakes of the grammar, patterns and tags', async () => {
    const input = await Input.write({
      'hosts.yaml': HOSTS,
      'play.yaml': `- hosts: nosuch
  taskss: []
- hosts: all
  tasks:
    - coppy: { src: a, dest: b }
      register: copied
    - debug: { msg: "{{ copied.msg }}" }
    - debug: { msg: "{{ '1' | from_json | int(bogus=1) }}{{ '{' | from_json }}" }
    - debug: { msg: "{{ '{' | from_json }}" }
`,
    })
    const found = await input.problems({ tags: ['nosuchtag'] })
    expect(found.map((problem) => problem.split(' | ')[0])).toEqual([
      expect.stringMatching(/^play\.yaml:2:3: 'taskss' is no keyword/),
      expect.stringMatching(/^play\.yaml:5:7: .*coppy/),
      expect.stringMatching(/^play\.yaml:8:43: .*unexpected keyword argument 'bogus'/),
      expect.stringMatching(/^play\.yaml:\D+--tags: no task has the tag 'nosuchtag'/),
      expect.stringMatching(/^play\.yaml:1:10: no host and no group is called nosuch/),
    ])
    const all = await input.problems()
    expect(all.map((problem) => problem.split(' | ')[0]).at(-1)).toMatch(
      /^play\.yaml:9:\d+: .*from_json' failed/,
    )
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

describe('beside mistakes of reading names are told as far as no mistake can have set them', () => {
  const names = (found: readonly string[]) =>
    found.flatMap((problem) => /'(\w+)' is undefined/.exec(problem)?.[1] ?? [])
  const USE = '- debug: { msg: "{{ nowhere }}" }\n'

  test.each([
    ['a parameter that is not there', '- file: { path: /x, stat: touch }'],
    ['a wrong choice', '- file: { path: /x, state: director }'],
    ['an unknown keyword', '- file: { path: /x }\n  whn: true'],
    ['an unknown filter', '- debug: { msg: "{{ 1 | defalt(2) }}" }'],
    ['an unknown test in a condition', '- debug: { msg: x }\n  when: base_dir is definedd'],
    ['a file that is not there', '- copy: { src: none.conf, dest: /x }'],
    ['a handler that is not there', '- command: echo\n  notify: nobody'],
    ['the name of a result elsewhere', '- file: { path: /x, stat: touch }\n  register: result'],
  ])('%s', async (_, mistake) => {
    const found = await refusals(`${mistake}\n${USE}`)
    expect(found.length).toBeGreaterThan(1)
    expect(names(found)).toEqual(['nowhere'])
  })

  // In each of them the name has a value once the mistake is mended.
  test.each([
    ['an unknown module', '- set_fcat: { nowhere: 1 }'],
    ['an unknown module that names nothing', '- includ_vars: more.yaml'],
    ['a keyword that was to register', '- command: echo\n  registr: nowhere'],
    ['a name that is none', '- command: echo\n  register: no-where'],
    ['a name in a template', '- command: echo\n  register: "{{ base_dir }}"'],
    ['facts with a mistake', '- set_fact: { nowhere: "{{ 1 | defalt(2) }}" }'],
    ['a file of variables', '- include_vars: { fiel: more.yaml }'],
    ['an include', '- include_tasks: none.yaml'],
    ['an include with a mistake inside', '- include_tasks: inside.yaml'],
    ['an import', '- import_tasks: none.yaml'],
    ['a role', '- import_role: { name: none }'],
    ['a keyword of a block', '- block: [debug: { msg: x }]\n  varss: { nowhere: 1 }'],
    ['an end', '- meta: end_plya'],
    ['what is written twice', '- file: { path: /x }\n  vars: { a: 1 }\n  vars: { b: 1 }'],
  ])('%s tells nothing of it', async (_, mistake) => {
    const inside = '- set_fact: { "{{ base_dir }}": 1 }\n- file: { path: /x, stat: touch }\n'
    const found = await refusals(`${mistake}\n${USE}`, { 'inside.yaml': inside })
    expect(found.length).toBeGreaterThan(0)
    expect(names(found)).toEqual([])
  })

  test('nothing is said of the task itself, which may be another once it is mended', async () => {
    for (const mistake of ['ignore_error: true', 'lop: [1]', 'vrs: { nowhere: 1 }'])
      expect(names(await refusals(`- debug: { msg: "{{ nowhere }}" }\n  ${mistake}`))).toEqual([])
  })

  test('nothing is said where the play itself has mistakes', async () => {
    const input = await Input.write({
      'hosts.yaml': HOSTS,
      'play.yaml': `- hosts: all\n  gather_facts: false\n  var_files: [x.yaml]\n  tasks:\n    ${USE}`,
    })
    try {
      expect(names(await input.problems())).toEqual([])
    } finally {
      await input.remove()
    }
  })
})

describe('what only the run can include or name may set any name', () => {
  const ECHO = '- command: echo t\n  register: r\n  check_mode: false\n'
  const FILES = {
    't.yaml': '- set_fact: { foo: 1 }\n',
    'roles/t/defaults/main.yaml': 'foo: 1\n',
    'roles/t/tasks/main.yaml': '[]\n',
  }
  const USE = '- debug: { msg: "{{ foo }}" }'

  test.each([
    ['a file', `${ECHO}- include_tasks: "{{ r.stdout }}.yaml"\n${USE}`],
    [
      'a file that a condition of the run leaves out or not',
      `${ECHO}- include_tasks: t.yaml\n  when: r is changed\n${USE}`,
    ],
    ['files of a loop', `- include_tasks: "{{ item }}.yaml"\n  loop: [t]\n${USE}`],
    [
      'a role whose defaults the play sees',
      `${ECHO}- include_role: { name: "{{ r.stdout }}", public: true }\n${USE}`,
    ],
    ['a role by its name', `- include_role: { name: t, public: true }\n${USE}`],
    ['a fact', `${ECHO}- set_fact: { "{{ r.stdout }}": 1 }\n- debug: { msg: "{{ t }}" }`],
  ])('%s', async (_, tasks) => {
    expect(await refusals(tasks, FILES)).toEqual([])
  })

  test('in a later play, too', async () => {
    const [head, next] = [
      '- hosts: all\n  gather_facts: false\n  tasks:\n',
      '    - debug: { msg: "{{ foo }}" }\n',
    ]
    const first = `${ECHO}- include_tasks: "{{ item }}.yaml"\n  loop: [t]\n`.replaceAll(/^(?=.)/gm, '    ')
    const input = await Input.write({
      'hosts.yaml': HOSTS,
      'play.yaml': head + first + head + next,
      ...FILES,
    })
    try {
      expect(await input.problems()).toEqual([])
    } finally {
      await input.remove()
    }
  })

  test('and what stands before it is told all the same', async () => {
    const [told] = await refusals(`${USE}\n${ECHO}- include_tasks: "{{ r.stdout }}.yaml"`, FILES)
    expect(told).toContain("'foo' is undefined")
  })
})
