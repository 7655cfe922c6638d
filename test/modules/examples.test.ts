import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readLibrary } from '../../scripts/generate-registry.ts'
import { readPlaybook } from '../../src/playbook/read.ts'
import { InputError } from '../../src/values/problem.ts'

const modules = await readLibrary()
let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'muster-examples-'))
})
afterAll(async () => {
  await rm(directory, { recursive: true })
})

/** Mistakes of a playbook, but for files and handlers that an example only names. */
async function mistakes(file: string): Promise<string[]> {
  try {
    await readPlaybook(file)
    return []
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return error.problems
      .map(({ message }) => message)
      .filter((message) => !/^(Could not find or access|no handler is named)/.test(message))
  }
}

describe('the examples in the documentation', () => {
  it.each(modules.map(({ name, documentation }) => [name, documentation.examples]))(
    'of %s pass the check of playbooks, and use the module',
    async (name, examples) => {
      const tasks = examples.trim().replaceAll('\n', '\n    ')
      const file = join(directory, `${name}.yaml`)
      await writeFile(file, `- hosts: all\n  tasks:\n    ${tasks}\n`)
      expect(await mistakes(file)).toEqual([])
      expect(examples).toMatch(new RegExp(`^\\s+${name}:`, 'm'))
    },
  )
})
