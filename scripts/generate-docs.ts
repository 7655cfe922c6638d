import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Module } from '../src/modules/module.ts'
import { iamPage } from './docs/iam/page.ts'
import { keywordsPage } from './docs/keywords-page.ts'
import { modulePage } from './docs/module-page.ts'
import { playbookSchema } from './docs/schema.ts'
import { table } from './docs/table.ts'
import { readLibrary } from './generate-registry.ts'

const root = join(import.meta.dirname, '..')

/** The folder that holds nothing but generated pages. */
export const MODULE_PAGES = 'docs/modules'

/** Reference pages and the JSON Schema: file name from the repository's root -> text. */
export function documentationFiles(modules: readonly Module[]): ReadonlyMap<string, string> {
  return new Map([
    ['docs/iam.md', iamPage()],
    ['docs/keywords.md', keywordsPage()],
    [`${MODULE_PAGES}/README.md`, modulesPage(modules)],
    ...modules.map((module) => [`${MODULE_PAGES}/${module.name}.md`, modulePage(module)] as const),
    ['schema/playbook.schema.json', `${JSON.stringify(playbookSchema(modules), null, 2)}\n`],
  ])
}

function modulesPage(modules: readonly Module[]): string {
  const rows = modules.map(({ name, documentation }) => [`[${name}](${name}.md)`, documentation.summary])
  return `# Modules\n\n${table(['module', 'what it does'], rows)}\n`
}

if (import.meta.main) {
  const files = documentationFiles(await readLibrary())
  await mkdir(join(root, MODULE_PAGES), { recursive: true })
  for (const name of await readdir(join(root, MODULE_PAGES))) {
    if (!files.has(`${MODULE_PAGES}/${name}`)) await rm(join(root, MODULE_PAGES, name))
  }
  for (const [name, text] of files) {
    await mkdir(dirname(join(root, name)), { recursive: true })
    await writeFile(join(root, name), text)
  }
}
