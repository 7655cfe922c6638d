import { expect, test } from 'vitest'
import type { RunWords } from '../../src/cli/options/run-options.ts'
import { Input } from './input.ts'

// Keywords that plays, roles, blocks, imports and tasks have in common. Values measured with ansible-core 2.19.14.

async function run(files: Readonly<Record<string, string>>, words: RunWords = { check: false }) {
  const input = await Input.write({ 'hosts.yaml': 'all: { hosts: { one: } }\n', ...files })
  try {
    const { result, events } = await input.apply(words)
    const tasks = events.filter((event) => event.type === 'task')
    const said = tasks.flatMap((event) =>
      event.module === 'debug' && event.item === undefined
        ? [`${event.task}: ${event.result.get('msg') ?? event.result.get('word')}`]
        : [],
    )
    return { failures: result.failures, tasks, said }
  } finally {
    await input.remove()
  }
}

async function refused(play: string): Promise<string[]> {
  const input = await Input.write({ 'hosts.yaml': 'all: { hosts: { one: } }\n', 'play.yaml': play })
  try {
    return await input.problems()
  } finally {
    await input.remove()
  }
}

const DEFAULTS = {
  'roles/r/tasks/main.yml': '- { name: role, debug: }\n- { name: own, debug: { msg: own } }\n',
  'inc.yml': '- { name: included, debug: }\n',
  'play.yaml': `
- hosts: one
  gather_facts: false
  vars: { word: play }
  module_defaults:
    - { debug: { msg: "{{ word }}", verbosity: 0 } }
    - { set_fact: { cached: yes it is }, slurp: { src: /nowhere } }
  handlers:
    - { name: h, debug: }
  roles:
    - { role: r, module_defaults: { ansible.builtin.debug: { msg: entry } } }
  tasks:
    - { name: play, debug: }
    - { name: task vars, debug: , vars: { word: task } }
    - { set_fact: { a: 1 } }
    - { name: fact, debug: { msg: "{{ cached }}" } }
    - block:
        - { name: block, debug: }
        - { name: block var, debug: { var: word }, module_defaults: { debug: {} } }
        - include_tasks: inc.yml
        - include_tasks: { file: inc.yml, apply: { module_defaults: { debug: { msg: applied } } } }
        - import_tasks: inc.yml
        - import_tasks: inc.yml
          module_defaults: { debug: { msg: imported } }
        - include_role: { name: r }
        - command: /bin/false
      rescue:
        - { name: rescue, debug: }
      module_defaults: { debug: { msg: block } }
    - command: echo
      notify: h
    - command: pwd
      module_defaults: { command: { chdir: /usr } }
      delegate_to: other
      register: p
    - { name: dir, debug: { msg: "{{ p.stdout }}" } }
`,
}

test('module_defaults: the nearest counts, whole, and a task has its own arguments above it', async () => {
  const { said } = await run(DEFAULTS)
  expect(said).toEqual(
    [
      'role: entry',
      'own: own',
      'play: play',
      'task vars: task',
      'fact: yes it is',
      'block: block',
      'block var: play',
      'included: block',
      'included: applied',
      'included: block',
      'included: imported',
      'role: block',
      'own: own',
      'rescue: block',
      'dir: /usr',
      'h: play',
    ].map((line) => line.replace(/^(role|own)/, 'r : $1')),
  )
})

test('an argument under one name has no default under another', async () => {
  const { failures } = await run({
    'play.yaml': `
- hosts: one
  gather_facts: false
  module_defaults: { file: { path: /nowhere/at/all, state: directory } }
  tasks:
    - file: { dest: /tmp }
`,
  })
  expect(failures).toEqual([])
})

test('module_defaults are checked where they are written, also those that no task uses', async () => {
  expect(
    await refused(`
- hosts: one
  gather_facts: false
  module_defaults:
    group/aws: { region: x }
    copyy: { mode: '0644' }
    copy: { mod: '0644' }
    template: { mode: 644 }
    debug: "{{ all }}"
  tasks:
    - block:
        - package: { name: x }
      module_defaults: { apt: { update_cache: true } }
`),
  ).toEqual([
    'play.yaml:5:5: module_defaults: groups of modules are not supported: group/aws | write the arguments for each module of the group that is used',
    'play.yaml:6:5: module_defaults: muster has no module \'copyy\' | did you mean "copy"?',
    'play.yaml:7:13: module_defaults: copy has no parameter \'mod\' | did you mean "mode"?',
    expect.stringMatching(/^play\.yaml:8:23: the mode 644 is a number/),
    'play.yaml:9:13: module_defaults: the arguments of debug are a mapping | write each parameter with a value or a template of its own',
    expect.stringMatching(/^play\.yaml:12:11: module_defaults for apt do not reach package/),
  ])
})

test('module_defaults of setup count for the facts of a play, below its own keywords', async () => {
  const facts = (keywords: string) =>
    run({
      'play.yaml': `
- hosts: one
  module_defaults: { setup: { gather_subset: ['!all', '!min'] } }
${keywords}  tasks:
    - { name: os, debug: { msg: "{{ ansible_os_family is defined }}" } }
`,
    })
  expect((await facts('')).said).toEqual(['os: false'])
  expect((await facts('  gather_subset: min\n')).said).toEqual(['os: true'])
})

test('diff of a task, block or play overrules the command line', async () => {
  const play = `
- hosts: one
  gather_facts: false
  tasks:
    - { name: plain, copy: { content: new, dest: "{{ playbook_dir }}/a" } }
    - { name: shown, copy: { content: new, dest: "{{ playbook_dir }}/b" }, diff: true }
    - { name: hidden, copy: { content: new, dest: "{{ playbook_dir }}/c" }, diff: "{{ 1 == 2 }}" }
    - diff: false
      block:
        - { name: block, copy: { content: new, dest: "{{ playbook_dir }}/d" } }
        - { name: nearest, copy: { content: new, dest: "{{ playbook_dir }}/{{ item }}" }, diff: true, loop: [e] }
`
  const shown = async (diff: boolean) => {
    const { tasks } = await run({ 'play.yaml': play }, { check: true, diff })
    return tasks
      .filter((task) => task.diff.length > 0 && (diff || task.showsDiff === true))
      .map(({ task }) => task)
  }
  expect(await shown(false)).toEqual(['shown', 'nearest'])
  expect(await shown(true)).toEqual(['plain', 'shown', 'nearest'])
})

test('remote_user and port of a task, block, role or play are how it is reached, unless a variable says so', async () => {
  const ways: string[] = []
  const input = await Input.write({
    'hosts.yaml': 'all: { hosts: { one: , said: { ansible_user: said, ansible_port: 7 } } }\n',
    'roles/r/tasks/main.yml': '- command: "true"\n',
    'play.yaml': `
- hosts: all
  gather_facts: false
  remote_user: play
  port: 1000
  roles:
    - { role: r, remote_user: role }
  tasks:
    - command: "true"
    - block:
        - command: "true"
        - command: "true"
          remote_user: "{{ item }}"
          loop: [loop]
        - command: "true"
          port: 3000
          delegate_to: away
        - command: "true"
          remote_user: "{{ omit }}"
          port: "{{ omit }}"
      remote_user: block
      port: 2000
`,
  })
  try {
    await input.apply(
      { check: false, connection: 'ssh' },
      { connecting: ({ name, user, port }) => void ways.push(`${name} ${user} ${port}`) },
    )
  } finally {
    await input.remove()
  }
  expect(ways.toSorted()).toEqual([
    'away block 3000',
    'one block 2000',
    'one loop 2000',
    'one play 1000',
    'one role 1000',
    'said said 7',
  ])
})

test('the names of the login are there for templates', async () => {
  const { said } = await run({
    'play.yaml': `
- hosts: one
  gather_facts: false
  user: play
  port: 1000
  tasks:
    - { name: play, debug: { msg: "{{ ansible_user }} {{ ansible_port }}" } }
    - { name: task, debug: { msg: "{{ ansible_user }} {{ ansible_port }}" }, remote_user: task, port: 5 }
`,
  })
  expect(said).toEqual(['play: play 1000', 'task: task 5'])
})

test('wrong values are refused', async () => {
  expect(
    await refused(`
- hosts: one
  gather_facts: false
  user: one
  remote_user: two
  tasks:
    - { debug: , port: 70000 }
    - { debug: , diff: perhaps }
    - { debug: , debugger: on_failed }
`),
  ).toEqual([
    'play.yaml:4:3: both user and remote_user are set for this play | keep remote_user',
    expect.stringContaining("port: the value '70000' could not be converted"),
    expect.stringContaining("diff: the value 'perhaps' could not be converted to 'bool'"),
    expect.stringContaining("'debugger' is not supported by muster"),
  ])
})
