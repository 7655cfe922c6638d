import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { Stage, type Went } from './undisturbed.ts'

// A run that is killed at any action and resumed leaves what an undisturbed run leaves: files, the order of effects in their
// logs, and the recap.

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-resume-'))
})
afterEach(() => vi.unstubAllEnvs())
afterAll(() => rm(folder, { recursive: true, force: true }))

const name = fc.constantFrom('a', 'b', 'c')
const number = fc.integer({ min: 0, max: 9 })
const host = fc.constantFrom('h1', 'h2', 'h3')
const file = fc.constantFrom('one', 'two')

/** Expressions over what tasks before have set and registered, on this host and on others. */
const expression = fc.oneof(
  number.map(String),
  name.map((v) => `${v} | default('none')`),
  fc.tuple(name, number).map(([v, n]) => `(${v} | default(0) | string) ~ '${n}'`),
  fc.tuple(host, name).map(([h, v]) => `hostvars['${h}'].${v} | default('nothing of ${h}')`),
  name.map((v) => `r_${v}.changed | default('not yet')`),
  name.map((v) => `(r_${v} | default({})).stdout | default('silent')`),
  fc.constant('inventory_hostname'),
)
const condition = fc.option(
  fc.oneof(
    host.map((h) => `inventory_hostname != '${h}'`),
    name.map((v) => `r_${v} is defined and r_${v} is changed`),
    fc.tuple(host, name).map(([h, v]) => `hostvars['${h}'].${v} is defined`),
  ),
  { nil: undefined, freq: 3 },
)
const register = fc.option(
  name.map((v) => `r_${v}`),
  { nil: undefined },
)
const more = fc.record({
  when: condition,
  notify: fc.option(fc.constantFrom('first', 'second'), { nil: undefined }),
  ignore_errors: fc.constant(true),
})

/** Looked at before they act: they are begun again after a kill. */
const idempotent = fc
  .tuple(
    fc.oneof(
      fc.tuple(name, expression).map(([v, e]) => ({ set_fact: { [v]: `{{ ${e} }}` } })),
      fc
        .tuple(file, expression)
        .map(([f, e]) => ({ copy: { dest: `{{ here }}/${f}`, content: `{{ ${e} }}\n` } })),
      fc.tuple(file, expression).map(([f, e]) => ({
        lineinfile: { path: `{{ here }}/${f}.lines`, create: true, line: `{{ ${e} }}` },
      })),
      file.map((f) => ({ stat: { path: `{{ here }}/${f}` } })),
      fc.tuple(file, fc.constantFrom('absent', 'touch')).map(([f, state]) => ({
        file: { path: `{{ here }}/${f}.done`, state, modification_time: 'preserve', access_time: 'preserve' },
      })),
      fc.tuple(file, file).map(([f, g]) => ({
        copy: { dest: `{{ here }}/${f}`, src: `{{ here }}/${g}`, remote_src: true },
      })),
    ),
    register,
    more,
  )
  .map(([body, register, rest]) => ({ ...body, register, ...rest }))

/** Nothing tells whether they were done: twice would be seen in the log. What they print is not read, since a lost answer is lost. */
const once = fc
  .tuple(
    fc.oneof(
      expression.map((e) => ({ shell: `echo "{{ ${e} }}" >> {{ here }}/log` })),
      fc.tuple(expression, fc.array(number, { minLength: 1, maxLength: 3 })).map(([e, loop]) => ({
        shell: `echo "{{ item }} {{ ${e} }}" >> {{ here }}/log`,
        loop,
      })),
      fc.tuple(host, expression).map(([h, e]) => ({
        shell: `echo "for {{ inventory_hostname }} {{ ${e} }}" >> {{ here | dirname }}/${h}/delegated`,
        delegate_to: h,
        run_once: true,
      })),
    ),
    more,
  )
  .map(([body, rest]) => ({ ...body, ...rest }))

/** Its output is read, and a second time does no harm. */
const printing = fc
  .tuple(expression, name, more)
  .map(([e, v, rest]) => ({ command: `echo {{ ${e} }}`, changed_when: false, register: `r_${v}`, ...rest }))

const task = fc.oneof(
  { weight: 3, arbitrary: idempotent },
  { weight: 4, arbitrary: once },
  { weight: 1, arbitrary: printing },
)
const block = fc
  .record({
    block: fc.array(task, { minLength: 1, maxLength: 3 }),
    failing: fc.option(fc.constantFrom({ fail: { msg: 'on purpose' } }, { command: 'false' }), {
      nil: undefined,
    }),
    rescue: fc.array(task, { minLength: 1, maxLength: 2 }),
    always: fc.option(fc.array(task, { minLength: 1, maxLength: 2 }), { nil: undefined }),
  })
  .map(({ failing, block, ...rest }) => ({
    block: failing === undefined ? block : [...block, failing],
    ...rest,
  }))
const entries = fc.array(fc.oneof({ weight: 5, arbitrary: task }, { weight: 1, arbitrary: block }), {
  minLength: 3,
  maxLength: 8,
})

/** Names are by what the record says which task it is of. */
function named(list: readonly object[], word: string): object[] {
  return list.map((one, at) =>
    'block' in one
      ? Object.fromEntries(
          Object.entries(one).map(([part, tasks]) => [
            part,
            Array.isArray(tasks) ? named(tasks as object[], `${word} ${at} ${part}`) : tasks,
          ]),
        )
      : { name: `${word} ${at}`, ...one },
  )
}

const handlers = [
  { name: 'first', shell: 'echo "first {{ a | default(0) }}" >> {{ here }}/log', notify: 'second' },
  { name: 'second', shell: 'echo second >> {{ here }}/log' },
]

function playbookOf(plays: readonly (readonly object[])[], serial: number) {
  return plays.map((tasks, at) => ({
    name: `play ${at}`,
    hosts: 'all',
    gather_facts: false,
    serial,
    tasks: named(tasks, `task ${at}`),
    handlers,
  }))
}

/** The same for hosts that do not look at each other. */
function apart(playbook: readonly object[]): object[] {
  const text = JSON.stringify(playbook)
  return JSON.parse(
    text
      .replaceAll(/hostvars\['h\d'\]\./g, '')
      .replaceAll('"run_once":true', '"run_once":false')
      .replaceAll('/delegated', '/delegated-{{ inventory_hostname }}'),
  ) as object[]
}

function recapOf({ events }: Went) {
  const ended = events.findLast((event) => event.type === 'run-ended')
  return Object.fromEntries(ended?.recap ?? [])
}

test('killed at any action and resumed, random playbooks end as undisturbed ones', async () => {
  let resumedOnes = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(entries, { minLength: 1, maxLength: 2 }),
      fc.constantFrom(1, 2, 25),
      fc.constantFrom(1, 3),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom('before' as const, 'after' as const),
      fc.integer({ min: 1, max: 12 }),
      fc.boolean(),
      async (plays, forks, serial, at, when, again, strangers) => {
        const written = playbookOf(plays, serial)
        const playbook = strangers ? apart(written) : written
        const calm = await Stage.set(folder, playbook, forks)
        const undisturbed = await calm.apply()
        const stage = await Stage.set(folder, playbook, forks)
        // The first resume is killed, too.
        let fate = await stage.killed({ at, when }, (instead) => stage.apply(instead))
        if (fate === undefined) return
        const second = await stage.killed({ at: again, when }, (instead) => stage.resume({}, instead))
        fate = second ?? fate
        let went = await stage.resume()
        // A host that is told as unknown stops, and those that look at it see so.
        const alone = !/hostvars|"run_once":true/.test(JSON.stringify(playbook))
        for (let round = 0; went.result.exitCode !== 0 && round < 4; round += 1) {
          const lost = went.result.failures.filter(({ status }) => status === 'unknown')
          // Nothing else keeps a host from going on.
          expect(
            went.result.failures.filter(({ status }) => status !== 'unknown' && status !== 'cancelled'),
          ).toEqual([])
          const truths = new Set(lost.map(({ host }) => fate.get(host) ?? false))
          // The answer holds for all hosts: where they differ nobody can give one.
          if (truths.size !== 1) return
          if (!alone) return
          went = await stage.resume({ unknown: truths.has(true) ? 'done' : 'again' })
        }
        resumedOnes += 1
        expect(await stage.files()).toEqual(await calm.files())
        expect(recapOf(went)).toEqual(recapOf(undisturbed))
      },
    ),
    { numRuns: Number(process.env['MUSTER_PROPERTY_RUNS'] ?? 10) },
  )
  expect(resumedOnes).toBeGreaterThan(0)
}, 300_000)
