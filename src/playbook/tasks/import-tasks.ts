import type { YamlMap } from '../../yaml/node.ts'
import { type Field, Fields, fieldsOf, refuseKeyword } from '../fields.ts'
import { staticText } from '../includes/static-text.ts'
import { findTaskFile, readTaskFile } from '../includes/task-file.ts'
import { isKeyword } from '../keywords.ts'
import { knownIn, readInherited, within } from './inherited.ts'
import type { TaskList, TaskListContext } from './task-list.ts'

/** The field that makes an entry an import of that kind; undefined for others. */
export function importField(entry: YamlMap, word: 'import_tasks' | 'import_role'): Field | undefined {
  return fieldsOf(entry).find(({ name }) => name.replace(/^ansible\.(builtin|legacy)\./, '') === word)
}

/** What an import hands down, and the mistakes in its keywords. */
export function importContext(entry: YamlMap, field: Field, context: TaskListContext): TaskListContext {
  const { mistakes, notified } = context
  for (const { name, key } of fieldsOf(entry)) {
    if (name === field.name || isKeyword(name, 'import')) continue
    if (name === 'loop' || name.startsWith('with_'))
      mistakes.add(
        key.position,
        `You cannot use loops on '${field.name}' statements.`,
        `use ${field.name.replace('import_', 'include_')}, or loop in the tasks`,
      )
    else refuseKeyword(name, 'import', key.position, mistakes)
  }
  const fields = new Fields(fieldsOf(entry), mistakes)
  return {
    ...context,
    inherited: within(context.inherited, readInherited(fields, mistakes, notified, knownIn(context))),
  }
}

/** The tasks of another file, each with what the import says: its conditions come first, its variables lose to the task's. */
export async function readImport(entry: YamlMap, field: Field, outer: TaskListContext): Promise<TaskList> {
  const { mistakes } = outer
  const context = importContext(entry, field, outer)
  const nothing = { entries: [], complete: false }
  const { value } = field
  const node = value.kind === 'map' ? fieldsOf(value).find(({ name }) => name === 'file')?.value : value
  const name = staticText('import_tasks', node, 'a file', context)
  if (name === undefined) return nothing
  const file = await findTaskFile(name, context)
  if (typeof file !== 'string') {
    mistakes.add(value.position, `import_tasks: no such file: ${name}`, `looked for ${file.join(', ')}`)
    return nothing
  }
  if (context.importing.includes(file)) {
    mistakes.add(value.position, `import_tasks: ${file} imports itself`)
    return nothing
  }
  return readTaskFile(file, context)
}
