import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { playbookSchema } from '../../scripts/docs/schema.ts'
import { table } from '../../scripts/docs/table.ts'
import { documentationFiles, MODULE_PAGES } from '../../scripts/generate-docs.ts'
import { readLibrary } from '../../scripts/generate-registry.ts'
import { keywordsOn } from '../../src/playbook/keywords.ts'

const root = join(import.meta.dirname, '../..')
const modules = await readLibrary()
const files = documentationFiles(modules)

describe('reference pages and schema', () => {
  it.each([...files])('%s is what `npm run generate` makes', async (name, text) => {
    expect(await readFile(join(root, name), 'utf8')).toBe(text)
  })

  it('has no page of a module that is gone', async () => {
    const names = await readdir(join(root, MODULE_PAGES))
    expect(names.filter((name) => !files.has(`${MODULE_PAGES}/${name}`))).toEqual([])
  })

  it('documents every parameter of every module', () => {
    for (const module of modules) {
      const page = files.get(`${MODULE_PAGES}/${module.name}.md`)!
      for (const [name, parameter] of Object.entries(module.spec.parameters)) {
        expect(page).toContain(`| \`${name}\``)
        expect(page).toContain(parameter.doc.replaceAll('|', '\\|'))
      }
    }
  })

  it('knows every keyword and module', () => {
    const { definitions } = playbookSchema(modules) as {
      definitions: Record<string, { properties: Record<string, unknown> }>
    }
    for (const where of ['play', 'task', 'handler', 'loop_control'] as const) {
      expect(Object.keys(definitions[where]!.properties)).toEqual(expect.arrayContaining(keywordsOn(where)))
    }
    for (const { name, aliases } of modules) {
      for (const word of [name, ...(aliases ?? [])]) {
        expect(definitions['task']!.properties[word]).toEqual({ $ref: `#/definitions/module_${name}` })
      }
    }
  })
})

describe('table', () => {
  it('keeps its shape whatever is in a cell', () => {
    expect(table(['a', 'b'], [['x|y', 'one\ntwo']])).toBe('| a | b |\n| --- | --- |\n| x\\|y | one two |')
  })
})
