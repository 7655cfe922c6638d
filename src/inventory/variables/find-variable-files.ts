import { readdir, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { compareText } from '../../template/python/ordering.ts'
import type { Problem } from '../../values/problem.ts'

/** In the order in which they are looked for: the first that exists is the only one read. */
const ENDINGS = ['', '.yml', '.yaml', '.json']

/** A folder `group_vars` or `host_vars`, listed once. */
export interface VariableFolder {
  /** The files for a group or host in their order, later ones over earlier ones. */
  filesFor(name: string): Promise<string[]>
  readonly warnings: readonly Problem[]
}

/** Looks at a folder of variable files. One that does not exist is empty; a file in its place is a warning. */
export async function openVariableFolder(path: string): Promise<VariableFolder> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) return { filesFor: async () => [], warnings: [] }
  if (!found.isDirectory()) {
    const warning = { message: 'should be a folder and is a file; it is not read', position: { file: path } }
    return { filesFor: async () => [], warnings: [warning] }
  }
  const names = new Set(await readdir(path))
  return {
    warnings: [],
    filesFor: async (name) => {
      const file = ENDINGS.map((ending) => name + ending).find((candidate) => names.has(candidate))
      if (file === undefined) return []
      const full = join(path, file)
      return (await isDirectory(full)) ? filesIn(full) : [full]
    },
  }
}

/** Files of a folder that bears a group's or host's name; of folders in it only those without a dot in their name. */
async function filesIn(directory: string): Promise<string[]> {
  const files: string[] = []
  for (const name of (await readdir(directory)).sort(compareText)) {
    if (name.startsWith('.') || name.endsWith('~')) continue
    const path = join(directory, name)
    const ending = extname(name)
    if (await isDirectory(path)) {
      if (ending === '') files.push(...(await filesIn(path)))
    } else if (ENDINGS.includes(ending)) {
      files.push(path)
    }
  }
  return files
}

async function isDirectory(path: string): Promise<boolean> {
  // A link to nowhere counts as a file: reading it says what is wrong.
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false
}
