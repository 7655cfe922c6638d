import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Input } from './input.ts'

const HOSTS = 'all: { hosts: { web01: {}, web02: {} } }\n'

/** Sixty tasks that find everything as it should be, in all the ways that tasks come into a play. */
const SIXTY: Readonly<Record<string, string>> = {
  'hosts.yaml': HOSTS,
  'play.yaml': `- hosts: all
  gather_facts: false
  roles: [app]
  tasks:
    - include_role: { name: app, tasks_from: more }
      loop: [1, 2]
`,
  'roles/app/defaults/main.yml': 'part: included\nfolder: /etc\n',
  'roles/app/meta/main.yml': 'dependencies: [base]\n',
  'roles/base/tasks/main.yml': tasks(10),
  'roles/app/tasks/main.yml': `${tasks(8)}- import_tasks: imported.yml
- include_tasks: "{{ part }}.yml"
- block:
    - include_tasks: literal.yml
      vars: { folder: /usr }
  always:
    - stat: { path: /tmp }
`,
  'roles/app/tasks/imported.yml': tasks(9),
  'roles/app/tasks/included.yml': tasks(10),
  'roles/app/tasks/literal.yml': tasks(10),
  'roles/app/tasks/more.yml': tasks(6),
  'roles/app/handlers/main.yml': '- { name: restart, command: "true" }\n',
}

function tasks(count: number): string {
  const kinds = [
    'stat: { path: "{{ folder | default(\'/\') }}/NUMBER" }',
    'file: { path: /tmp, state: directory }\n  notify: restart',
    'command: { cmd: "false", creates: / }',
  ]
  return Array.from({ length: count }, (_, at) => `- ${kinds[at % 3]!.replace('NUMBER', String(at))}\n`).join(
    '',
  )
}

describe('roles', () => {
  let input: Input
  beforeEach(async () => {
    input = await Input.write(SIXTY)
  })
  afterEach(() => input.remove())

  test('sixty tasks of roles, blocks and includes that find nothing to do cost a host one request', async () => {
    const { events } = await input.apply({ check: false })
    const ended = events.find((event) => event.type === 'run-ended')
    const counts = ended?.recap.get('web01')
    expect(counts).toMatchObject({ changed: 0, failed: 0 })
    expect(counts!.ok + counts!.skipped).toBeGreaterThanOrEqual(60)
    expect(ended?.cost.requests).toBe(2)
  })

  test('are checked before the run, in all their files, also in what they include', async () => {
    const files = {
      'hosts.yaml': HOSTS,
      'play.yaml': '- hosts: all\n  roles: [{ role: app, tag: x }, nosuch]\n',
      'roles/app/meta/main.yml': 'dependencies: [other]\n',
      'roles/app/defaults/main.yml': 'a-b: 1\n',
      'roles/app/tasks/main.yml': '- include_tasks: more.yml\n- nosuch:\n',
      'roles/app/tasks/more.yml': '- debug: { mgs: x }\n- template: { src: missing.j2, dest: /x }\n',
      'roles/app/handlers/main.yml': '- { name: h, debug: , whenn: x }\n',
      'roles/app/library/own.py': '',
      'roles/other/vars/main.yml': '- 1\n',
    }
    const broken = await Input.write(files)
    const problems = await broken.problems()
    await broken.remove()
    const told = problems.map((problem) => problem.replace(/ \|.*$/s, ''))
    expect(told).toEqual([
      expect.stringContaining("play.yaml:2:34: the role 'nosuch' was not found"),
      expect.stringContaining("roles/app/defaults/main.yml:1:1: Invalid variable name 'a-b'."),
      expect.stringContaining("roles/app/handlers/main.yml:1:23: 'whenn' is no keyword of a handler"),
      expect.stringContaining('roles/app/library::: the role brings modules of its own (own.py)'),
      expect.stringContaining("roles/app/tasks/main.yml:2:3: couldn't resolve module/action 'nosuch'"),
      expect.stringContaining(
        'roles/app/tasks/more.yml:1:12: Unsupported parameters for (debug) module: mgs',
      ),
      expect.stringContaining("roles/app/tasks/more.yml:2:15: Could not find or access 'missing.j2'"),
      expect.stringContaining('roles/other/vars/main.yml:1:1: variables are a mapping'),
    ])
  })

  test('that depend on each other are refused', async () => {
    const circle = await Input.write({
      'hosts.yaml': HOSTS,
      'play.yaml': '- hosts: all\n  gather_facts: false\n  roles: [one]\n',
      'roles/one/meta/main.yml': 'dependencies: [two]\n',
      'roles/two/meta/main.yml': 'dependencies: [one]\n',
    })
    expect(await circle.problems()).toEqual([
      expect.stringContaining('A recursion loop was detected with the roles specified: one -> two -> one'),
    ])
    await circle.remove()
  })
})
