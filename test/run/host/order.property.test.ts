import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runFromWords } from '../../../src/cli/run-command.ts'
import type { RunEvent } from '../../../src/run/record/events.ts'
import { jsonOf } from '../../../src/values/json-value.ts'

// What is asked ahead of its turn may never be seen: random playbooks do the same with and without it, task by task.

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-order-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const HOSTS = ['h1', 'h2', 'h3']
const name = fc.constantFrom('a', 'b', 'c')
const number = fc.integer({ min: 0, max: 9 })
const host = fc.constantFrom(...HOSTS)

/** Expressions over what tasks set; each has a value whatever was set before. */
const expression = fc.oneof(
  number.map(String),
  name.map((v) => `${v} | default('none')`),
  fc.tuple(name, number).map(([v, n]) => `(${v} | default(0) | string) ~ '${n}'`),
  fc.tuple(host, name).map(([h, v]) => `hostvars['${h}'].${v} | default('nothing of ${h}')`),
  name.map((v) => `r_${v}.changed | default('not yet')`),
  name.map((v) => `(r_${v} | default({})).stdout | default('silent')`),
  fc.constant('ansible_play_hosts | join(",")'),
  fc.constant('inventory_hostname'),
  fc.constant("groups['all'] | map('extract', hostvars, 'a') | map('default', '-') | join(' ')"),
)

// Most tasks are done: what is skipped touches nothing.
const condition = fc.option(
  fc.oneof(
    host.map((h) => `inventory_hostname != '${h}'`),
    name.map((v) => `${v} is defined`),
    name.map((v) => `r_${v} is defined and r_${v} is changed`),
    fc.tuple(host, name).map(([h, v]) => `hostvars['${h}'].${v} is defined`),
    name.map((v) => `(r_${v} | default({})).skipped is not defined`),
  ),
  { nil: undefined, freq: 1 },
)

const file = fc.constantFrom('one', 'two')
const list = fc.array(number, { minLength: 1, maxLength: 3 })

/** One task, as the body of a YAML mapping. */
const task = fc
  .tuple(
    fc.oneof(
      fc.tuple(name, expression).map(([v, e]) => ({ set_fact: { [v]: `{{ ${e} }}` } })),
      fc.tuple(name, list).map(([v, loop]) => ({
        set_fact: { [v]: `{{ ([${v} | default([])] | flatten) + [item] }}` },
        loop,
      })),
      fc.tuple(file, expression).map(([f, e]) => ({
        copy: { dest: `{{ here }}/${f}`, content: `{{ ${e} }}\n` },
      })),
      fc.tuple(file, expression).map(([f, e]) => ({
        shell: `echo "{{ ${e} }}" >> {{ here }}/${f}`,
        args: { creates: `{{ here }}/${f}.done` },
      })),
      fc.tuple(file, fc.constantFrom('absent', 'touch', 'directory')).map(([f, state]) => ({
        file: { path: `{{ here }}/${f}.done`, state, modification_time: 'preserve', access_time: 'preserve' },
      })),
      fc.tuple(expression, list).map(([e, loop]) => ({
        command: { cmd: `echo {{ item }} {{ ${e} }}` },
        loop,
        changed_when: 'item is even',
      })),
      file.map((f) => ({ stat: { path: `{{ here }}/${f}`, get_checksum: true } })),
      file.map((f) => ({ stat: { path: `{{ here }}/${f}` } })),
      fc.tuple(file, fc.constantFrom('absent', 'touch')).map(([f, state]) => ({
        file: { path: `{{ here }}/${f}`, state, modification_time: 'preserve', access_time: 'preserve' },
      })),
      fc.tuple(file, file).map(([f, g]) => ({
        copy: { dest: `{{ here }}/${f}`, src: `{{ here }}/${g}`, remote_src: true },
      })),
      fc.tuple(file, file).map(([f, g]) => ({
        command: { cmd: `cp {{ here }}/${f} {{ here }}/${g}`, creates: `{{ here }}/${f}.done` },
      })),
      expression.map((e) => ({ debug: { msg: `{{ ${e} }}` } })),
      fc.tuple(host, name).map(([h, v]) => ({
        assert: { that: [`inventory_hostname != '${h}' or ${v} is not defined`] },
      })),
    ),
    fc.record({
      register: fc.option(
        name.map((v) => `r_${v}`),
        { nil: undefined },
      ),
      when: condition,
      notify: fc.option(fc.constantFrom('first', 'second'), { nil: undefined }),
      ignore_errors: fc.constantFrom(true, true, undefined),
    }),
  )
  .map(([body, more]) => ({ ...body, ...more }))

/** One task that one host does for all, some of it on another host, in that one's folder. */
const shared = fc
  .tuple(
    fc.oneof(
      fc.tuple(name, expression).map(([v, e]) => ({ set_fact: { [v]: `{{ ${e} }}` } })),
      expression.map((e) => ({ command: `echo {{ ${e} }}` })),
      fc.tuple(host, file, expression).map(([h, f, e]) => ({
        shell: `echo "{{ ${e} }}" >> {{ here | dirname }}/${h}/${f}`,
        delegate_to: h,
      })),
      fc.tuple(host, file, expression).map(([h, f, e]) => ({
        copy: { dest: `{{ here | dirname }}/${h}/${f}`, content: `{{ ${e} }}` },
        delegate_to: h,
      })),
      fc.tuple(host, file).map(([h, f]) => ({
        stat: { path: `{{ here | dirname }}/${h}/${f}` },
        delegate_to: h,
      })),
    ),
    fc.record({
      register: fc.option(
        name.map((v) => `r_${v}`),
        { nil: undefined },
      ),
      when: condition,
      ignore_errors: fc.constant(true),
    }),
  )
  .map(([body, more]) => ({ ...body, ...more, run_once: true }))
const fatal = fc
  .tuple(condition, fc.constantFrom(true, undefined))
  .map(([when, ignore_errors]) => ({ command: 'false', when, ignore_errors, any_errors_fatal: true }))

/** A list of tasks, and of blocks of tasks, some of which fail. */
const entries = (lengths: { minLength?: number; maxLength: number }): fc.Arbitrary<readonly object[]> =>
  fc.array(
    fc.oneof(
      { weight: 8, arbitrary: task },
      { weight: 2, arbitrary: shared },
      { weight: 1, arbitrary: fatal },
      {
        weight: 1,
        arbitrary: fc.record({
          block: fc.array(
            fc.oneof(
              { weight: 4, arbitrary: task },
              { weight: 1, arbitrary: fc.oneof(failing, fatal, shared) },
            ),
            {
              minLength: 1,
              maxLength: 4,
            },
          ),
          rescue: fc.option(fc.array(task, { minLength: 1, maxLength: 2 }), { nil: undefined }),
          always: fc.option(fc.array(task, { minLength: 1, maxLength: 2 }), { nil: undefined }),
          when: condition,
        }),
      },
      {
        weight: 1,
        // `included` becomes a file of its own, named as it is or by a variable.
        arbitrary: fc.record({
          included: fc.array(task, { minLength: 1, maxLength: 3 }),
          by: fc.constantFrom('name', 'variable', 'role'),
          when: condition,
          loop: fc.option(fc.constant(['x', 'y']), { nil: undefined }),
          vars: fc.option(
            fc.tuple(name, number).map(([v, n]) => ({ [v]: n })),
            { nil: undefined },
          ),
        }),
      },
    ),
    lengths,
  )
const failing = fc
  .tuple(condition, fc.constantFrom({ fail: { msg: 'on purpose' } }, { command: 'false' }))
  .map(([when, body]) => ({ ...body, when }))

/** Every task with a name of its own. */
function named(list: readonly object[], word: string): object[] {
  return list.map((one, at) => {
    const name = `${word} ${at}`
    if (!('block' in one) && !('included' in one)) return { name, ...one }
    const parts = Object.entries<unknown>(one).map(([key, value]) => [
      key,
      Array.isArray(value) && key !== 'loop' ? named(value, `${name} ${key}`) : value,
    ])
    return 'included' in one ? { name, ...Object.fromEntries(parts) } : Object.fromEntries(parts)
  })
}

const handlers = [
  { name: 'first', shell: 'echo "first {{ a | default(0) }}" >> {{ here }}/handled', notify: 'second' },
  { name: 'second', shell: 'echo second >> {{ here }}/handled; cat {{ here }}/one', register: 'r_a' },
]

/** The playbook with what it includes in files and roles of their own. */
async function withFiles(value: unknown, home: string): Promise<unknown> {
  let count = 0
  const convert = async (part: unknown): Promise<unknown> => {
    if (Array.isArray(part)) {
      const list: unknown[] = []
      for (const one of part) list.push(await convert(one))
      return list
    }
    if (typeof part !== 'object' || part === null) return part
    const entries: [string, unknown][] = []
    for (const [key, inside] of Object.entries(part)) entries.push([key, await convert(inside)])
    const { included, by, ...more } = Object.fromEntries(entries)
    if (included === undefined) return more
    count += 1
    const file = by === 'role' ? `roles/r${count}/tasks/main.yml` : `part-${count}.yaml`
    await mkdir(dirname(join(home, file)), { recursive: true })
    await writeFile(join(home, file), JSON.stringify(included))
    if (by === 'role') return { ...more, include_role: { name: `r${count}` } }
    return { ...more, include_tasks: by === 'name' ? file : `{{ 'part-' ~ ${count} }}.yaml` }
  }
  return convert(value)
}

async function run(playbook: unknown, prefetch: boolean, forks: number) {
  const home = await mkdtemp(join(folder, 'run-'))
  for (const one of HOSTS) await mkdir(join(home, one))
  const inventory = { all: { hosts: Object.fromEntries(HOSTS.map((one) => [one, {}])) } }
  await writeFile(join(home, 'inventory.yaml'), JSON.stringify(inventory))
  await writeFile(join(home, 'play.yaml'), JSON.stringify(await withFiles(playbook, home)))
  const events: RunEvent[] = []
  const result = await runFromWords(
    'apply',
    join(home, 'play.yaml'),
    {
      inventory: [join(home, 'inventory.yaml')],
      connection: 'local',
      forks,
      extraVars: [`here=${home}/{{ inventory_hostname }}`],
    },
    (event) => events.push(event),
    { prefetch },
  )
  const told = Object.fromEntries(
    HOSTS.map((one) => [
      one,
      events.flatMap((event) =>
        event.type === 'task' && event.host === one
          ? [[event.task, event.item, event.status, withoutTimes(jsonOf(event.result), home)]]
          : [],
      ),
    ]),
  )
  const files: Record<string, string> = {}
  for (const one of HOSTS)
    for (const each of await readdir(join(home, one), { withFileTypes: true }))
      files[`${one}/${each.name}`] = each.isFile()
        ? await readFile(join(home, one, each.name), 'utf8')
        : 'a directory'
  const ended = events.find((event) => event.type === 'run-ended')
  return { code: result.exitCode, told, files, recap: [...(ended?.recap ?? [])], cost: ended?.cost.requests }
}

/** What depends on the clock, the file system or the folder. */
function withoutTimes(value: unknown, home: string): unknown {
  const moving = ['start', 'end', 'delta', 'mtime', 'atime', 'ctime', 'inode', 'dev', 'elapsed']
  return JSON.parse(
    JSON.stringify(value, (key, item: unknown) => (moving.includes(key) ? undefined : item)).replaceAll(
      home,
      'HOME',
    ),
  )
}

test('random playbooks do the same, whether probes are asked ahead or at their turn', async () => {
  await fc.assert(
    fc.asyncProperty(
      entries({ minLength: 4, maxLength: 12 }),
      entries({ maxLength: 3 }),
      fc.constantFrom(1, 2, 25),
      async (tasks, postTasks, forks) => {
        const playbook = [
          {
            name: 'random',
            hosts: 'all',
            gather_facts: false,
            tasks: named(tasks, 'task'),
            post_tasks: named(postTasks, 'post'),
            handlers,
          },
        ]
        const { cost: ahead, ...withIt } = await run(playbook, true, forks)
        const { cost: atTurn, ...without } = await run(playbook, false, 25)
        expect(withIt).toEqual(without)
        // What it is for: it never costs more requests than asking at every turn.
        expect(ahead).toBeLessThanOrEqual(atTurn as number)
      },
    ),
    { numRuns: 20 },
  )
}, 300_000)
