import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { compareText } from '../../template/python/ordering.ts'
import type { Problem } from '../../values/problem.ts'

/** What a text behind `-i` names. */
export type NamedSource =
  | { readonly kind: 'hosts'; readonly names: readonly string[] }
  | { readonly kind: 'files'; readonly files: readonly string[]; readonly directory: string | undefined }
  | { readonly kind: 'problem'; readonly problem: Problem }

/** Endings that Ansible skips in a folder of inventories, for folders too; case counts. */
const IGNORED = [
  '~',
  '.pyc',
  '.pyo',
  '.swp',
  '.bak',
  '.rpm',
  '.md',
  '.txt',
  '.rst',
  '.orig',
  '.cfg',
  '.retry',
]
const VARIABLE_FOLDERS = new Set(['group_vars', 'host_vars', 'vars_plugins'])

/** Finds what a source is: a list of hosts (`web01,web02` or `web01,`), a file, or a folder with its files in order. */
export async function findSource(source: string): Promise<NamedSource> {
  const found = source === '' ? undefined : await stat(source).catch(() => undefined)
  if (found?.isFile()) return { kind: 'files', files: [source], directory: undefined }
  if (found?.isDirectory()) {
    const files = await filesIn(source)
    if (files.length > 0) return { kind: 'files', files, directory: source }
    return refused(
      source,
      'the folder holds no inventory',
      `names that begin with a dot or end in ${IGNORED.join(' ')} are skipped`,
    )
  }
  if (found !== undefined) return refused(source, 'is no file and no folder')
  if (source.includes(',')) {
    const names = source.split(',').map((name) => name.trim())
    return { kind: 'hosts', names: names.filter((name) => name !== '') }
  }
  if (source.trim() === '') return refused('-i', 'the name of the inventory is empty')
  return refused(source, 'no such inventory', `a host by itself is written with a comma: -i ${source},`)
}

function refused(file: string, message: string, hint?: string): NamedSource {
  return { kind: 'problem', problem: { message, position: { file }, hint } }
}

/** Files of a folder and the folders below it, in byte order of their names. */
async function filesIn(directory: string): Promise<string[]> {
  const files: string[] = []
  const entries = (await readdir(directory)).sort(compareText)
  for (const name of entries) {
    if (name.startsWith('.') || VARIABLE_FOLDERS.has(name) || IGNORED.some((end) => name.endsWith(end)))
      continue
    const path = join(directory, name)
    // A link to nowhere counts as a file: reading it says what is wrong.
    const found = await stat(path).catch(() => undefined)
    if (found?.isDirectory()) files.push(...(await filesIn(path)))
    else files.push(path)
  }
  return files
}
