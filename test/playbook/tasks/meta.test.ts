import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readPlaybook } from '../../../src/playbook/read.ts'
import { InputError } from '../../../src/values/problem.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'muster-meta-'))
})
afterAll(() => rm(directory, { recursive: true }))

async function mistakes(text: string): Promise<string[]> {
  const file = join(directory, 'play.yaml')
  await writeFile(file, text)
  try {
    await readPlaybook(file)
    return []
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return error.problems.map(({ position, message }) => `${position?.line}: ${message}`)
  }
}

it('an action of meta is known, stands where it can, and has no keywords without effect', async () => {
  expect(
    await mistakes(`- hosts: all
  tasks:
    - meta: flush_handlers
    - meta: { action: noop }
      when: x
    - meta: nosuch
    - meta: end_role
    - meta: refresh_inventory
    - meta: noop
      register: x
      loop: [1]
  handlers:
    - name: flush
      meta: flush_handlers
`),
  ).toEqual([
    expect.stringMatching(/^6: value of action must be one of: noop, flush_handlers, .*, got: nosuch/),
    "7: Cannot execute 'end_role' from outside of a role",
    expect.stringContaining('8: value of action must be one of'),
    '8: meta: refresh_inventory is not supported: the inventory is read once a run',
    "10: 'register' has no effect on meta",
    "11: 'loop' has no effect on meta",
    '14: flush_handlers cannot be used as a handler',
  ])
})
