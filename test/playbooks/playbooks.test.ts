import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readPlaybook } from '../../src/playbook/read.ts'
import { PLAYBOOKS } from './render.ts'

const files = (await readdir(PLAYBOOKS)).filter((file) => file.endsWith('.yaml')).sort()

describe('the playbooks', () => {
  it.each(files)('%s has no mistakes', async (file) => {
    const { plays } = await readPlaybook(join(PLAYBOOKS, file))
    expect(plays.length).toBeGreaterThan(0)
  })

  it('use every file of tasks, handlers, variables and templates that is there', async () => {
    const all = (await readdir(PLAYBOOKS, { recursive: true, withFileTypes: true })).filter((entry) =>
      entry.isFile(),
    )
    const texts = await Promise.all(
      all.map(async ({ parentPath, name }) => ({
        name,
        text: await readFile(join(parentPath, name), 'utf8'),
      })),
    )
    const unused = all
      .filter(({ parentPath }) => parentPath !== PLAYBOOKS)
      .map(({ name }) => name)
      // A task with a loop may add the ending.
      .filter((file) => {
        const name = file.replace(/\.j2$/, '')
        return !texts.some((each) => each.name !== file && each.text.includes(name))
      })
    expect(unused).toEqual([])
  })
})
