import { didYouMean } from '../../values/text/nearest.ts'
import type { YamlMap } from '../../yaml/node.ts'
import { toValue } from '../../yaml/to-value.ts'
import { type Field, Fields, fieldsOf } from '../fields.ts'
import { staticText } from '../includes/static-text.ts'
import { importContext } from '../tasks/import-tasks.ts'
import { NOTHING_INHERITED } from '../tasks/inherited.ts'
import type { TaskList, TaskListContext } from '../tasks/task-list.ts'
import { type RoleEntry, readRole } from './read-role.ts'

const FROM = ['tasks', 'handlers', 'vars', 'defaults'] as const
const ARGUMENTS = [
  'name',
  'role',
  ...FROM.map((folder) => `${folder}_from`),
  'allow_duplicates',
  'public',
  'rolespec_validate',
]

/** `import_role`: the role's tasks stand in its place, its handlers with the play's, its defaults and vars are seen by all. */
export async function readImportRole(
  entry: YamlMap,
  field: Field,
  outer: TaskListContext,
): Promise<TaskList> {
  const { mistakes, collected } = outer
  const context = importContext(entry, field, outer)
  const nothing = { entries: [], complete: false }
  if (field.value.kind !== 'map') {
    mistakes.add(field.value.position, "'name' is a required field for import_role.", 'write `name: ROLE`')
    return nothing
  }
  const args = fieldsOf(field.value)
  for (const { name, key } of args)
    if (!ARGUMENTS.includes(name))
      mistakes.add(key.position, `Invalid options for import_role: ${name}`, didYouMean(name, ARGUMENTS))
  const named = args.find(({ name }) => name === 'name') ?? args.find(({ name }) => name === 'role')
  const name = staticText('import_role', named?.value ?? field.value, 'a role', context)
  if (name === undefined) return nothing
  const options = new Fields(args, mistakes)
  const from: Record<string, string> = {}
  for (const folder of FROM) {
    const node = options.node(`${folder}_from`)
    const text = node && staticText('import_role', node, 'a file of the role', context)
    if (text !== undefined) from[folder] = text
  }
  const asked: RoleEntry = {
    name,
    position: (named ?? field).value.position,
    inherited: NOTHING_INHERITED,
    vars: new Fields(fieldsOf(entry), mistakes).node('vars') === undefined ? new Map() : ownVars(entry),
    params: new Map(),
    from,
    ...(outer.role === undefined ? {} : { includer: outer.role }),
    allowDuplicates: options.boolean('allow_duplicates') !== false,
    validates: options.boolean('rolespec_validate') !== false,
  }
  const { role } = outer
  const read = await readRole(asked, context, role === undefined ? [] : [...role.parents, role])
  if (read === undefined) return nothing
  collected.handlers.push(...read.handlers)
  if (options.boolean('public') !== false) collected.shared.push(read.role)
  return read
}

/** `vars` of the import itself. Its mistakes are told where the import's keywords are read. */
function ownVars(entry: YamlMap): RoleEntry['vars'] {
  const vars = fieldsOf(entry).find(({ name }) => name === 'vars')?.value
  return new Map(vars?.kind === 'map' ? fieldsOf(vars).map(({ name, value }) => [name, toValue(value)]) : [])
}
