import { stat } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import { hasTemplateMarks } from '../../values/template-text.ts'
import { loadYamlFile } from '../../yaml/load.ts'
import type { YamlMap } from '../../yaml/node.ts'
import { type Field, Fields, fieldsOf, isNull, refuseKeyword } from '../fields.ts'
import { isKeyword } from '../keywords.ts'
import { readInherited, within } from './inherited.ts'
import { NO_TASKS, readTaskList, type TaskList, type TaskListContext } from './task-list.ts'

/** The field that makes an entry an import; undefined for others. */
export function importField(entry: YamlMap): Field | undefined {
  return fieldsOf(entry).find(({ name }) => /^(ansible\.(builtin|legacy)\.)?import_tasks$/.test(name))
}

/** The tasks of another file, each with what the import says: its conditions come first, its variables lose to the task's. */
export async function readImport(entry: YamlMap, field: Field, context: TaskListContext): Promise<TaskList> {
  const { mistakes, notified } = context
  for (const { name, key } of fieldsOf(entry)) {
    if (name === field.name || isKeyword(name, 'import')) continue
    if (name === 'loop' || name.startsWith('with_'))
      mistakes.add(key.position, "You cannot use loops on 'import_tasks' statements.", 'loop in the tasks')
    else refuseKeyword(name, 'import', key.position, mistakes)
  }
  const fields = new Fields(fieldsOf(entry), mistakes)
  const inherited = within(context.inherited, readInherited(fields, mistakes, notified))
  const file = await fileOf(field, context)
  const nothing = { entries: [], complete: false }
  if (file === undefined) return nothing
  if (context.importing.includes(file)) {
    mistakes.add(field.value.position, `import_tasks: ${file} imports itself`)
    return nothing
  }
  const { documents, warnings } = await loadYamlFile(file)
  mistakes.addAll(warnings)
  const document = documents[0]
  if (document === undefined || isNull(document)) return NO_TASKS
  if (document.kind !== 'list') {
    mistakes.add(document.position, 'a file of tasks is a list of tasks', 'begin every task with `- `')
    return nothing
  }
  return readTaskList(document, { ...context, inherited, importing: [...context.importing, file] })
}

/** The imported file: beside the file that imports it, else beside those that led there, else beside the playbook. */
async function fileOf(
  { value }: Field,
  { directory, importing, mistakes }: TaskListContext,
): Promise<string | undefined> {
  const node = value.kind === 'map' ? fieldsOf(value).find(({ name }) => name === 'file')?.value : value
  const name = node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : ''
  if (name === '' || hasTemplateMarks(name)) {
    mistakes.add(value.position, 'import_tasks takes the name of a file', 'a template cannot stand here')
    return undefined
  }
  const folders = [...importing.map((file) => dirname(file)).reverse(), directory]
  const places = isAbsolute(name) ? [name] : [...new Set(folders.map((folder) => join(folder, name)))]
  for (const place of places) if ((await stat(place).catch(() => undefined))?.isFile() === true) return place
  mistakes.add(value.position, `import_tasks: no such file: ${name}`, `looked for ${places.join(', ')}`)
  return undefined
}
