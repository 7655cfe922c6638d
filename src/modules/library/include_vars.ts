import { withSecrecy } from '../../values/masking/secret-names.ts'
import { InputError } from '../../values/problem.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { isVariableName } from '../../values/text/variable-name.ts'
import type { Dict, Key, Value } from '../../values/value.ts'
import { loadYamlFile } from '../../yaml/load.ts'
import { toValue } from '../../yaml/to-value.ts'
import { defineModule, type ModuleContext, nothingToObserve } from '../module.ts'

export default defineModule({
  name: 'include_vars',
  runsOn: 'controller',
  checkMode: 'run',
  immediate: true,
  // Which ones is in files that may be named by facts.
  setsFacts: () => ['*'],
  factsAreIncluded: true,
  documentation: {
    summary: 'Reads variables from files of the controller.',
    notes: [
      'They win over variables of plays, roles and tasks, and lose to results, facts that were set, and `-e`; values are evaluated when they are used.',
      'A file is looked for in the folder `vars` of the role, then of the playbook.',
    ],
    examples: `
- name: what this system calls things
  include_vars: "{{ ansible_facts.os_family }}.yml"

- name: a folder of them
  include_vars:
    dir: settings
    name: settings
`,
    returns: {
      ansible_facts: 'the variables',
      ansible_included_var_files: 'the files that were read',
    },
  },
  spec: {
    parameters: {
      file: { type: 'path', doc: 'The file of variables.' },
      dir: { type: 'path', doc: 'A folder, whose files are read in the order of their names.' },
      name: { type: 'str', doc: 'The one variable that gets all of them as a mapping.' },
      depth: { type: 'int', default: 0, doc: 'How many folders deep; 0 is all.' },
      files_matching: { type: 'str', doc: 'Only files whose names match this regular expression.' },
      ignore_files: { type: 'list', doc: 'Files that are left out, by name.' },
      extensions: {
        type: 'list',
        default: ['yaml', 'yml', 'json'],
        doc: 'Ends of names of files that are read of a folder.',
      },
      ignore_unknown_extensions: {
        type: 'bool',
        default: false,
        doc: 'Files of a folder with other ends are left out; else they are a failure.',
      },
    },
    freeForm: 'file',
    mutuallyExclusive: [['file', 'dir']],
    requiredOneOf: [['file', 'dir']],
  },
  observe: nothingToObserve,
  async *converge(params, _, context) {
    const paths =
      params.dir === undefined
        ? [(await context.files.find('vars', params.file!)).path]
        : await filesOf(params, context)
    const read: Dict = new Map()
    for (const path of paths) for (const [name, value] of await variablesOf(path)) read.set(name, value)
    const { name } = params
    const facts = name === undefined ? read : new Map<Key, Value>([[String(name), read]])
    const named = new Map([...facts].map(([key, value]) => [String(key), value]))
    return { facts: named, result: { ansible_facts: facts, ansible_included_var_files: paths } }
  },
})

interface Folder {
  readonly dir?: string | undefined
  readonly depth: number
  readonly files_matching?: unknown
  readonly ignore_files?: readonly unknown[] | undefined
  readonly extensions: readonly unknown[]
  readonly ignore_unknown_extensions: boolean
}

async function filesOf(folder: Folder, context: ModuleContext): Promise<string[]> {
  const tree = await context.files.findTree('vars', folder.dir ?? '')
  const pattern = folder.files_matching === undefined ? undefined : new RegExp(String(folder.files_matching))
  const left = new Set((folder.ignore_files ?? []).map(String))
  const ends = folder.extensions.map((end) => `.${String(end).replace(/^\./, '')}`)
  return tree.files
    .filter(({ name }) => {
      const parts = name.split('/')
      const own = parts.at(-1) ?? ''
      if (folder.depth > 0 && parts.length > folder.depth) return false
      if (left.has(own) || pattern?.test(own) === false) return false
      if (ends.some((end) => own.endsWith(end))) return true
      if (folder.ignore_unknown_extensions) return false
      throw new TaskFailure(`${name} does not have a valid extension: ${folder.extensions.join(', ')}`)
    })
    .map(({ path }) => path)
}

async function variablesOf(path: string): Promise<[string, Value][]> {
  try {
    const { documents } = await loadYamlFile(path)
    const [document] = documents
    if (document === undefined || (document.kind === 'scalar' && document.value === null)) return []
    if (document.kind !== 'map') throw new TaskFailure(`${path} must be stored as a dictionary/hash`)
    return document.entries.map(({ key, value }) => {
      const name = String(key.value)
      if (!isVariableName(name)) throw new TaskFailure(`Invalid variable name '${name}' in ${path}`)
      return [name, withSecrecy(name, toValue(value))]
    })
  } catch (error) {
    if (error instanceof InputError) throw new TaskFailure(error.message)
    throw error
  }
}
