import { stat } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import { loadYamlFile } from '../../yaml/load.ts'
import { isNull } from '../fields.ts'
import { NO_TASKS, readTaskList, type TaskList, type TaskListContext } from '../tasks/task-list.ts'

/**
 * A file of tasks: beside the file that names it, else beside those that led there, in the role's tasks (or handlers),
 * in the role, beside the playbook.
 * @returns the path, or where it was looked for
 */
export async function findTaskFile(
  name: string,
  { directory, importing, role, where }: TaskListContext,
): Promise<string | readonly string[]> {
  const folder = where === 'handler' ? 'handlers' : 'tasks'
  const folders = [
    ...importing.map((file) => dirname(file)).reverse(),
    ...(role === undefined ? [] : [join(role.path, folder), join(role.path, 'tasks'), role.path]),
    directory,
  ]
  const places = isAbsolute(name) ? [name] : [...new Set(folders.map((each) => join(each, name)))]
  for (const place of places) if ((await stat(place).catch(() => undefined))?.isFile() === true) return place
  return places
}

/** The tasks of a file, with its mistakes recorded. An empty file is an empty list. */
export async function readTaskFile(file: string, context: TaskListContext): Promise<TaskList> {
  const { mistakes } = context
  const { documents, warnings } = await loadYamlFile(file)
  mistakes.addAll(warnings)
  const document = documents[0]
  if (document === undefined || isNull(document)) return NO_TASKS
  if (document.kind !== 'list') {
    mistakes.add(document.position, 'a file of tasks is a list of tasks', 'begin every task with `- `')
    return { entries: [], complete: false }
  }
  return readTaskList(document, { ...context, importing: [...context.importing, file] })
}

/** The folders where files and templates of tasks are looked for: of the role and those it is in, of their file, of the playbook. */
export function searchOf({ directory, importing, role }: TaskListContext): readonly string[] {
  const roles = role === undefined ? [] : [role, ...[...role.parents].reverse()].map(({ path }) => path)
  const file = importing.at(-1)
  return [...new Set([...roles, ...(file === undefined ? [] : [dirname(file)]), directory])]
}
