import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RunWords } from '../../../src/cli/options/run-options.ts'
import { runFromWords } from '../../../src/cli/run-command.ts'
import type { RunEvent } from '../../../src/run/record/events.ts'

// The converge loop over the local connection: what it costs is counted, not timed.

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-converge-'))
  await writeFile(join(folder, 'inventory.yaml'), 'all: { hosts: { one: } }\n')
})

afterEach(() => rm(folder, { recursive: true, force: true }))

async function run(tasks: string, words: RunWords = {}, mode: 'apply' | 'plan' = 'apply') {
  await writeFile(
    join(folder, 'play.yaml'),
    `- hosts: all\n  gather_facts: false\n  vars: { folder: ${JSON.stringify(folder)} }\n${tasks}`,
  )
  const events: RunEvent[] = []
  const result = await runFromWords(
    mode,
    join(folder, 'play.yaml'),
    { inventory: [join(folder, 'inventory.yaml')], connection: 'local', ...words },
    (event) => events.push(event),
  )
  const ended = events.find((event) => event.type === 'run-ended')
  const statuses = events.flatMap((event) =>
    event.type === 'task' && event.item === undefined ? `${event.status} ${event.task}` : [],
  )
  return { ...result, events, statuses, requests: ended?.cost.requests, recap: ended?.recap.get('one') }
}

const THREE = `
  tasks:
    - name: a
      copy: { dest: "{{ folder }}/a", content: "1\\n" }
    - name: b
      copy: { dest: "{{ folder }}/b", content: "2\\n" }
    - name: fact
      set_fact: { text: "3\\n" }
    - name: c
      copy: { dest: "{{ folder }}/c", content: "{{ text }}" }
      notify: tell
  handlers:
    - name: tell
      debug: { msg: told }
`

describe('what a run costs', () => {
  test('one request to look, one for each change; nothing to change: one', async () => {
    const first = await run(THREE)
    expect(first.statuses).toEqual(['changed a', 'changed b', 'ok fact', 'changed c', 'ok tell'])
    expect(first.requests).toBe(4)
    const second = await run(THREE)
    expect(second.statuses).toEqual(['ok a', 'ok b', 'ok fact', 'ok c'])
    expect(second.requests).toBe(1)
  })

  test('a plan is the same loop without the changes', async () => {
    const plan = await run(THREE, {}, 'plan')
    expect(plan.exitCode).toBe(2)
    expect(plan.requests).toBe(1)
    await expect(readFile(join(folder, 'a'))).rejects.toThrow('ENOENT')
    await run(THREE)
    expect((await run(THREE, {}, 'plan')).exitCode).toBe(0)
  })

  test('what needs a result is looked at in case it is done; what is skipped costs nothing', async () => {
    const tasks = `
  tasks:
    - name: a
      copy: { dest: "{{ folder }}/a", content: x }
      register: a
    - name: when changed
      copy: { dest: "{{ folder }}/b", content: y }
      when: a is changed
`
    expect((await run(tasks)).requests).toBe(3)
    const second = await run(tasks)
    expect(second.statuses).toEqual(['ok a', 'skipped when changed'])
    expect(second.requests).toBe(1)
  })

  test('a step that a change has brought about is read anew before it is judged', async () => {
    const { statuses, requests } = await run(`
  tasks:
    - name: makes both
      shell: echo x > {{ folder }}/a; echo y > {{ folder }}/b
      args: { creates: "{{ folder }}/a" }
    - name: is there by now
      copy: { dest: "{{ folder }}/b", content: "y\\n" }
`)
    expect(statuses).toEqual(['changed makes both', 'ok is there by now'])
    expect(requests).toBe(2)
  })
})

test('text that no shell can hold fails its task, and nothing else', async () => {
  const { statuses, failures } = await run(`
  tasks:
    - name: a NUL
      command: { argv: [echo, "a\\0b"] }
    - name: not reached
      debug:
`)
  expect(statuses).toEqual(['failed a NUL'])
  expect(failures[0]?.message).toContain('NUL')
})

describe('secrets in a run', () => {
  test('no event shows one, whatever the host prints; what no_log registers stays covered', async () => {
    await writeFile(join(folder, 'secret.yaml'), 'token: !secret s3cr3t-token\n')
    const { events, exitCode } = await run(`
  vars_files: [secret.yaml]
  tasks:
    - name: prints it
      command: echo {{ token }}
      register: said
    - name: shows it
      debug: { var: said.stdout }
    - name: keeps it
      command: echo harmless-looking
      register: quiet
      no_log: true
    - name: shows what was kept
      debug: { msg: "{{ quiet.stdout }}" }
    - name: fails with {{ said.stdout }}
      shell: echo {{ token }} is wrong >&2; exit 1
      retries: 1
      delay: 0
      until: false
`)
    expect(exitCode).toBe(2)
    const text = JSON.stringify(events, (_, value: unknown) => (value instanceof Map ? [...value] : value))
    expect(text).not.toContain('s3cr3t-token')
    expect(text).not.toContain('"harmless-looking"')
    expect(events.at(-1)).toMatchObject({ failures: [{ printed: '******** is wrong' }] })
    expect(text).toContain('********')
  })
})

test('handlers are left out with --skip-tags always, and with nothing else', async () => {
  const tasks = `
  tasks:
    - name: changes
      command: "true"
      notify: told
      tags: x
  handlers:
    - name: told
      debug:
`
  expect((await run(tasks, { skipTags: ['always'] })).statuses).toEqual(['changed changes'])
  expect((await run(tasks, { tags: ['x'] })).statuses).toEqual(['changed changes', 'ok told'])
})
