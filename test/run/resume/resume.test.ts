import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { InputError } from '../../../src/values/problem.ts'
import { Stage, type Went } from './undisturbed.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-resume-'))
})
afterEach(() => vi.unstubAllEnvs())
afterAll(() => rm(folder, { recursive: true, force: true }))

const append = (text: string, more: object = {}) => ({
  name: text,
  shell: `echo '${text}' >> {{ here }}/log`,
  ...more,
})
const play = (...tasks: object[]) => [{ hosts: 'all', gather_facts: false, tasks }]
const log = async (stage: Stage, host: string) => (await stage.files())[`${host}/log`]
const failures = ({ result }: Went) => result.failures.map(({ host, status }) => [host, status]).sort()
const requests = ({ events }: Went) => {
  const ended = events.findLast((event) => event.type === 'run-ended')
  return ended?.cost.requests
}

async function problems(work: Promise<unknown>): Promise<string[]> {
  try {
    await work
    return []
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return error.problems.map(({ message, hint }) => `${message} | ${hint}`)
  }
}

test('hosts that failed are gone on with at the step that failed; those that are done are not even connected to', async () => {
  const stage = await Stage.set(
    folder,
    play(
      append('first'),
      { name: 'needs it', command: 'cat {{ here }}/needed', changed_when: false },
      append('last'),
    ),
    25,
  )
  for (const host of ['h2', 'h3']) await writeFile(join(stage.home, host, 'needed'), '')
  const before = await stage.apply()
  expect(failures(before)).toEqual([['h1', 'failed']])
  await writeFile(join(stage.home, 'h1/needed'), '')
  const went = await stage.resume({ failed: true })
  expect(went.result.exitCode).toBe(0)
  expect(went.events.filter(({ type }) => type === 'resumed')).toMatchObject([{ host: 'h1', done: 1 }])
  expect(went.events.flatMap((event) => (event.type === 'task' ? [[event.host, event.task]] : []))).toEqual([
    ['h1', 'needs it'],
    ['h1', 'last'],
  ])
  expect(requests(went)).toBe(2)
  for (const host of ['h1', 'h2', 'h3']) expect(await log(stage, host)).toBe('first\nlast\n')
  // Nothing is left to do.
  const again = await stage.resume()
  expect(again.result.exitCode).toBe(0)
  expect(requests(again)).toBe(0)
})

test('--failed leaves hosts alone that were cut off, whatever they have left to do', async () => {
  const stage = await Stage.set(
    folder,
    play(
      {
        name: 'fails',
        command: 'cat {{ here }}/needed',
        changed_when: false,
        when: "inventory_hostname == 'h1'",
      },
      append('one'),
      append('two'),
    ),
    1,
  )
  await stage.killed({ at: 3, when: 'before' }, (instead) => stage.apply(instead))
  await writeFile(join(stage.home, 'h1/needed'), '')
  const went = await stage.resume({ failed: true })
  expect([went.result.exitCode, failures(went)]).toEqual([0, []])
  expect(await log(stage, 'h1')).toBe('one\ntwo\n')
  expect(await log(stage, 'h2')).toBe('one\n')
  // The rest is still to be had.
  const rest = await stage.resume({ unknown: 'again' })
  expect(rest.result.exitCode).toBe(0)
  for (const host of ['h1', 'h2', 'h3']) expect(await log(stage, host)).toBe('one\ntwo\n')
})

test('a command that was begun and cannot be looked at is told, and done as the user says', async () => {
  const handlers = [append('handled')]
  const tasks = [append('one', { notify: 'handled' }), append('two')]
  for (const [when, unknown] of [
    ['before', 'again'],
    ['after', 'done'],
  ] as const) {
    const stage = await Stage.set(folder, [{ hosts: 'h1', gather_facts: false, tasks, handlers }], 1)
    await stage.killed({ at: 1, when }, (instead) => stage.apply(instead))
    const told = await stage.resume()
    expect(told.result.failures).toMatchObject([
      { host: 'h1', task: 'one', status: 'unknown', hint: expect.stringContaining('--unknown') },
    ])
    const went = await stage.resume({ unknown })
    expect(went.result.exitCode).toBe(0)
    // Its handler has heard of it in either case.
    expect(await log(stage, 'h1')).toBe('one\ntwo\nhandled\n')
  }
})

test('secrets are not on record: one in -e is asked for again, a result that held one is had again or told', async () => {
  const secret = 's3cret-of-the-run'
  const stage = await Stage.set(
    folder,
    play(
      { name: 'reads', command: 'echo {{ ansible_db_password }}', register: 'shown', changed_when: false },
      {
        name: 'a file',
        copy: { dest: '{{ here }}/f', content: '{{ ansible_db_password }}' },
        register: 'put',
      },
      append('one'),
      { name: 'uses', copy: { dest: '{{ here }}/g', content: '{{ shown.stdout }} {{ put.changed }}' } },
    ),
    1,
  )
  await stage.killed({ at: 6, when: 'after' }, (instead) =>
    stage.apply(instead, { extraVars: [`ansible_db_password=${secret}`] }),
  )
  expect(await stage.record()).toContain('"is":"done"')
  expect(await stage.record()).not.toContain(secret)
  expect(await problems(stage.resume())).toEqual([
    expect.stringMatching(/secret in -e ansible_db_password=.*muster resume -e ansible_db_password=/),
  ])
  const words = { extraVars: [`ansible_db_password=${secret}`] }
  const told = await stage.resume(words)
  const went = told.result.exitCode === 0 ? told : await stage.resume({ ...words, unknown: 'done' })
  expect(went.result.exitCode).toBe(0)
  for (const host of ['h1', 'h2', 'h3']) {
    expect(await log(stage, host)).toBe('one\n')
    expect((await stage.files())[`${host}/g`]).toBe(`${secret} True`)
  }
  expect(await stage.record()).not.toContain(secret)
})

test('a result that only the one run could have is told, not guessed', async () => {
  const stage = await Stage.set(
    folder,
    [
      {
        hosts: 'h1',
        gather_facts: false,
        tasks: [
          {
            name: 'makes a token',
            shell: 'echo once >> {{ here }}/log; echo t0ken-made',
            register: 'token',
            no_log: true,
          },
          {
            name: 'uses it',
            copy: { dest: '{{ here }}/token', content: '{{ token.stdout }}' },
            no_log: true,
          },
        ],
      },
    ],
    1,
  )
  await stage.killed({ at: 2, when: 'before' }, (instead) => stage.apply(instead))
  expect(await stage.record()).not.toContain('t0ken-made')
  const went = await stage.resume()
  expect(went.result.failures).toMatchObject([
    { task: 'makes a token', status: 'failed', message: expect.stringContaining('no record keeps') },
  ])
  expect(await log(stage, 'h1')).toBe('once\n')
})

test('what has changed since is told before anything is done, all of it at once', async () => {
  const stage = await Stage.set(folder, play(append('one'), append('two')), 1)
  await stage.killed({ at: 2, when: 'before' }, (instead) => stage.apply(instead))
  const file = join(stage.home, 'play.yaml')
  const inventory = join(stage.home, 'inventory.yaml')
  await writeFile(file, (await readFile(file, 'utf8')).replaceAll('two', '2'))
  await writeFile(inventory, (await readFile(inventory, 'utf8')).replace('"h3":{}', '"h3":{"colour":"red"}'))
  expect(await problems(stage.resume())).toEqual([
    expect.stringMatching(/the playbook has changed since run .*--with-changes/),
    expect.stringMatching(/variables of h3 have changed/),
  ])
  const went = await stage.resume({ withChanges: true, unknown: 'again' })
  expect(went.result.exitCode).toBe(0)
  expect(await log(stage, 'h3')).toBe('one\n2\n')
  // A step that is on record under another name is not taken for the one that stands there now.
  await writeFile(file, (await readFile(file, 'utf8')).replaceAll('one', 'uno'))
  const other = await stage.resume({ withChanges: true })
  expect(failures(other)).toEqual(['h1', 'h2', 'h3'].map((host) => [host, 'failed']))
  expect(other.result.failures[0]?.message).toContain("had done 'one' at this place")
})
