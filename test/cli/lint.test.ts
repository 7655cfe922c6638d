import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RunningMuster } from '../run/muster.ts'

// What is told of a playbook without a connection. The lists are what ansible-playbook 2.19.14 printed for it, with hosts
// in the order of the run.

const FILES: Readonly<Record<string, string>> = {
  inventory: '[web]\nw1\nw2\n[db]\nd\n',
  'play.yml': `- hosts: all
  gather_facts: false
  tags: [playtag]
  pre_tasks:
    - name: pre
      debug: { msg: 1 }
  tasks:
    - debug: { msg: "{{ inventory_hostname }}" }
      tags: [b, a]
    - block:
        - name: in block
          debug: { msg: 1 }
      rescue:
        - name: in rescue
          debug: { msg: 1 }
      tags: [c]
    - import_tasks: x.yml
      tags: imp
    - include_tasks: x.yml
      tags: inc
    - name: never
      debug: { msg: 1 }
      tags: never
    - meta: flush_handlers
  handlers:
    - name: h
      debug: { msg: 1 }
- name: second
  hosts: web
  gather_facts: false
  tasks: []
`,
  'x.yml': '- name: of x\n  debug: { msg: 1 }\n',
  'wrong.yml': `- hosts: all
  gather_facts: false
  tasks:
    - block:
        - cop: { dest: /x }
    - include_role: { name: site }
    - debug: { msg: "{{ nosuch }}" }
`,
  'roles/site/tasks/main.yml': '- file: { path: /x, mode: 644 }\n',
}

let folder: string
const muster = (...words: string[]) =>
  new RunningMuster(words, { environment: { HOME: folder }, cwd: folder }).ended

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-lint-'))
  for (const [name, text] of Object.entries(FILES)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('lists', () => {
  test('the tasks of each play: no handlers, no rescue, none that the tags leave out', async () => {
    expect((await muster('apply', 'play.yml', '-i', 'inventory', '--list-tasks')).stdout).toBe(`
playbook: play.yml

  play #1 (all): all\tTAGS: [playtag]
    tasks:
      pre\tTAGS: [playtag]
      debug\tTAGS: [a, b, playtag]
      in block\tTAGS: [c, playtag]
      of x\tTAGS: [imp, playtag]
      include_tasks\tTAGS: [inc, playtag]
      meta\tTAGS: [playtag]

  play #2 (web): second\tTAGS: []
    tasks:
`)
    const some = await muster('apply', 'play.yml', '-i', 'inventory', '--list-tasks', '--tags', 'c')
    expect(some.stdout.match(/^ {6}.*/gm)).toEqual(['      in block\tTAGS: [c, playtag]'])
  })

  test('hosts and all tags', async () => {
    expect((await muster('plan', 'play.yml', '-i', 'inventory', '--list-hosts', '--list-tags')).stdout).toBe(`
playbook: play.yml

  play #1 (all): all\tTAGS: [playtag]
    pattern: ['all']
    hosts (3):
      w1
      w2
      d
      TASK TAGS: [a, b, c, imp, inc, never, playtag]

  play #2 (web): second\tTAGS: []
    pattern: ['web']
    hosts (2):
      w1
      w2
      TASK TAGS: []
`)
  })
})

describe('lint', () => {
  test('finds everything in blocks and roles at once, with an inventory and without', async () => {
    const { code, stdout } = await muster('lint', 'wrong.yml', 'play.yml', '-i', 'inventory')
    expect(code).toBe(1)
    expect(stdout).toMatch(/^wrong\.yml:5:11: couldn't resolve module\/action 'cop'/m)
    expect(stdout).toMatch(/roles\/site\/tasks\/main\.yml:1:\d+: the mode 644/)
    expect(stdout).toMatch(/\n2 problems\n$/)
    expect((await muster('lint', 'wrong.yml')).stdout).toBe(stdout)
    expect(await muster('lint', 'play.yml')).toMatchObject({ code: 0, stdout: '0 problems\n' })
  })

  async function written(format: string) {
    await muster('lint', 'wrong.yml', '-F', format, '-o', 'found')
    return JSON.parse(await readFile(join(folder, 'found'), 'utf8'))
  }

  test('as JSON and SARIF, each at its place', async () => {
    const read = await written('json')
    expect(read).toHaveLength(2)
    expect(read).toContainEqual(expect.objectContaining({ file: 'wrong.yml', line: 5, column: 11 }))
    const { runs } = await written('sarif')
    expect(runs[0].results).toHaveLength(2)
    const places = runs[0].results.map(
      ({ locations }: { locations: { physicalLocation: { artifactLocation: { uri: string } } }[] }) =>
        locations[0]!.physicalLocation.artifactLocation.uri,
    )
    expect(places.toSorted()).toEqual(['roles/site/tasks/main.yml', 'wrong.yml'])
  })

  test('--syntax-check says the same as apply would', async () => {
    expect(await muster('apply', 'play.yml', '-i', 'inventory', '--syntax-check')).toMatchObject({
      code: 0,
      stdout: '\nplaybook: play.yml\n',
    })
    const wrong = await muster('apply', 'wrong.yml', '-i', 'inventory', '--syntax-check')
    expect(wrong).toMatchObject({ code: 1, stdout: '' })
    expect(wrong.stderr).toContain("couldn't resolve module/action 'cop'")
  })
})
