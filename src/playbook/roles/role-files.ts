import { readdir, stat } from 'node:fs/promises'
import { extname, join, relative } from 'node:path'
import { compareText } from '../../template/python/ordering.ts'
import type { Position } from '../../values/position.ts'
import { InputError } from '../../values/problem.ts'
import type { Value } from '../../values/value.ts'
import { loadYamlFile } from '../../yaml/load.ts'
import type { YamlNode } from '../../yaml/node.ts'
import type { Mistakes } from '../mistakes.ts'
import { loadVarsFile } from '../plays/vars-files.ts'

const ENDINGS = ['.yml', '.yaml', '.json', '']

/** A folder of a role, and which file of it is meant: `main` unless the entry says otherwise. */
export interface RoleFile {
  readonly role: string
  readonly folder: 'tasks' | 'handlers' | 'vars' | 'defaults' | 'meta'
  readonly from?: string | undefined
  /** Where `from` is written. */
  readonly position: Position
}

/** The path of `main`, or of the file that is named; undefined when there is none. */
export async function findRoleFile({
  role,
  folder,
  from,
}: Omit<RoleFile, 'position'>): Promise<string | undefined> {
  const directory = join(role, folder)
  const endings = from === undefined ? ENDINGS : ['', ...ENDINGS]
  for (const ending of endings) {
    const path = join(directory, (from ?? 'main') + ending)
    if (relative(directory, path).startsWith('..')) break
    const found = await stat(path).catch(() => undefined)
    if (found !== undefined && (found.isFile() || folder === 'vars' || folder === 'defaults')) return path
  }
  return undefined
}

/** The same; a file that is named and missing is a mistake. */
export async function needRoleFile(file: RoleFile, mistakes: Mistakes): Promise<string | undefined> {
  const { role, folder, from, position } = file
  const path = await findRoleFile(file)
  if (path === undefined && from !== undefined)
    mistakes.add(
      position,
      `Could not find specified file in role: ${folder}/${from}`,
      `looked in ${join(role, folder)}`,
    )
  return path
}

/** The variables of `vars` or `defaults`; of a folder `main` those of all its files, later ones winning. */
export async function readRoleVariables(
  file: RoleFile & { readonly folder: 'vars' | 'defaults' },
  mistakes: Mistakes,
): Promise<ReadonlyMap<string, Value>> {
  const path = await needRoleFile(file, mistakes)
  const variables = new Map<string, Value>()
  if (path === undefined) return variables
  for (const each of (await stat(path)).isDirectory() ? await filesIn(path) : [path]) {
    try {
      for (const [name, value] of await loadVarsFile(each)) variables.set(name, value)
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      mistakes.addAll(error.problems)
    }
  }
  return variables
}

/** The document of a YAML file of a role, with its mistakes recorded; undefined when it is empty or none. */
export async function readRoleDocument(path: string, mistakes: Mistakes): Promise<YamlNode | undefined> {
  const { documents, warnings } = await loadYamlFile(path)
  mistakes.addAll(warnings)
  return documents[0]
}

async function filesIn(directory: string): Promise<string[]> {
  const files: string[] = []
  const entries = await readdir(directory, { withFileTypes: true })
  for (const entry of entries.sort((one, other) => compareText(one.name, other.name))) {
    if (entry.name.startsWith('.') || entry.name.endsWith('~')) continue
    const path = join(directory, entry.name)
    if (entry.isDirectory()) files.push(...(extname(entry.name) === '' ? await filesIn(path) : []))
    else if (ENDINGS.includes(extname(entry.name))) files.push(path)
  }
  return files
}

/** Folders of a role whose Python muster does not run. */
const PLUGINS: Readonly<Record<string, string>> = {
  library: 'modules',
  action_plugins: 'modules',
  filter_plugins: 'filters',
  test_plugins: 'tests',
  lookup_plugins: 'lookups',
  connection_plugins: 'connections',
  become_plugins: 'ways to become another user',
  strategy_plugins: 'strategies',
  vars_plugins: 'sources of variables',
  inventory_plugins: 'sources of inventories',
}

/** A role that brings plugins of its own is refused by the name of their folder: muster runs no Python. */
export async function refusePlugins(role: string, mistakes: Mistakes): Promise<void> {
  for (const [folder, what] of Object.entries(PLUGINS)) {
    const names = await readdir(join(role, folder)).catch(() => [])
    const plugins = names.filter(
      (name) => !name.startsWith('.') && name !== '__init__.py' && name !== '__pycache__',
    )
    if (plugins.length === 0) continue
    mistakes.add(
      { file: join(role, folder) },
      `the role brings ${what} of its own (${plugins.sort().slice(0, 4).join(', ')}), and muster runs no plugins`,
      `if its tasks do not need them, remove the folder ${folder}; else write what they do with muster's modules, filters and lookups`,
    )
  }
}
