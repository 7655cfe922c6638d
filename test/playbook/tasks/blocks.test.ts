import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { onlyTasks, tasksIn } from '../../../src/playbook/entries.ts'
import type { Block, Entry } from '../../../src/playbook/playbook.ts'
import { readPlaybook } from '../../../src/playbook/read.ts'
import { InputError } from '../../../src/values/problem.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'muster-blocks-'))
})
afterAll(() => rm(directory, { recursive: true }))

async function read(tasks: string, handlers = ''): Promise<readonly Entry[]> {
  const file = join(directory, 'play.yaml')
  const indented = (text: string) => text.trim().replaceAll(/^/gm, '    ')
  const more = handlers === '' ? '' : `  handlers:\n${indented(handlers)}\n`
  await writeFile(file, `- hosts: all\n  tags: play\n  tasks:\n${indented(tasks)}\n${more}`)
  return (await readPlaybook(file)).plays[0]!.tasks
}

async function mistakes(tasks: string, handlers = ''): Promise<string[]> {
  try {
    await read(tasks, handlers)
    return []
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return error.problems.map(({ position, message }) => `${position?.line}: ${message}`)
  }
}

const NESTED = `
- name: outer
  when: a
  become: true
  tags: [outer]
  vars: { x: 1, y: 1 }
  environment: { X: "1" }
  ignore_errors: true
  notify: handler
  block:
    - when: b
      tags: inner
      vars: { y: 2 }
      environment: { Y: "2" }
      become: false
      block:
        - debug:
          when: c
          vars: { z: 3 }
          notify: other
      always:
        - debug:
  rescue:
    - debug:
      ignore_errors: false
`
const HANDLERS = '- { name: handler, debug: }\n- { name: other, debug: }'

describe('blocks', () => {
  it('hand down what they say: added up, merged, or the nearest', async () => {
    const [outer] = (await read(NESTED, HANDLERS)) as [Block]
    const [task, always, rescue] = tasksIn([outer])
    expect(task).toMatchObject({
      id: 't1',
      when: [{ test: 'a' }, { test: 'b' }, { test: 'c' }],
      tags: ['play', 'outer', 'inner'],
      become: false,
      ignoreErrors: true,
      notify: ['other'],
      environment: [new Map([['X', '1']]), new Map([['Y', '2']])],
    })
    expect([...task!.vars]).toEqual([
      ['x', 1],
      ['y', 2],
      ['z', 3],
    ])
    expect(always).toMatchObject({ id: 't2', when: [{ test: 'a' }, { test: 'b' }], notify: ['handler'] })
    expect(rescue).toMatchObject({ id: 't3', become: true, ignoreErrors: false, tags: ['play', 'outer'] })
  })

  it('lose tasks that tags do not choose, and go with the last of them', async () => {
    const entries = await read(NESTED, HANDLERS)
    const ids = (wanted: readonly string[]) =>
      tasksIn(onlyTasks(entries, ({ id }) => wanted.includes(id))).map(({ id }) => id)
    expect(ids(['t1', 't3'])).toEqual(['t1', 't3'])
    expect(onlyTasks(entries, () => false)).toEqual([])
  })

  it('tell all mistakes in them, each at its place', async () => {
    expect(
      await mistakes(
        '- block:\n    - nosuch:\n  rescue:\n    - debug:\n      whenn: x\n  always:\n    - block: x\n  loop: [1]\n  register: r\n- rescue:\n    - debug:\n- block: []\n  rescue:\n    - debug:',
      ),
    ).toEqual([
      expect.stringContaining("5: couldn't resolve module/action 'nosuch'"),
      expect.stringContaining("8: 'whenn' is no keyword of a task"),
      expect.stringContaining('10: tasks should be a list'),
      expect.stringContaining("11: 'loop' is no keyword of a block"),
      expect.stringContaining("12: 'register' is no keyword of a block"),
      expect.stringContaining("13: 'rescue' is no keyword of a task"),
      expect.stringContaining('13: no module/action detected in task'),
      expect.stringContaining("16: 'rescue' keyword cannot be used without 'block'"),
    ])
  })

  it('cannot be handlers', async () => {
    expect(await mistakes('- debug:', '- block:\n    - debug:')).toEqual([
      '6: Using a block as a handler is not supported.',
    ])
  })
})
