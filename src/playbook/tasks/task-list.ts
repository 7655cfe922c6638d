import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { hasTemplateMarks } from '../../values/template-text.ts'
import type { Value } from '../../values/value.ts'
import { loadYamlFile } from '../../yaml/load.ts'
import type { YamlList, YamlMap, YamlNode } from '../../yaml/node.ts'
import { readBecome } from '../become.ts'
import { type Field, Fields, fieldsOf, isNull, refuseKeyword } from '../fields.ts'
import { type Named, readTags } from '../lists.ts'
import type { Mistakes } from '../mistakes.ts'
import type { Task } from '../playbook.ts'
import { readVariables } from '../variables.ts'
import { readConditions } from './conditions.ts'
import { readTask } from './task.ts'

/** What a list of tasks is read in. */
export interface TaskListContext {
  readonly where: 'task' | 'handler'
  /** What the tasks' ids begin with. */
  readonly ids: 'pre' | 't' | 'post' | 'h'
  /** The playbook's folder: imported files are looked for there. */
  readonly directory: string
  readonly playTags: readonly string[]
  readonly notified: Named[]
  readonly mistakes: Mistakes
}

const IMPORT_KEYS = [
  'name',
  'when',
  'tags',
  'vars',
  'become',
  'become_user',
  'become_method',
  'become_flags',
  'become_exe',
  'ignore_errors',
]

/** Tasks as far as they could be read. */
export interface TaskList {
  readonly tasks: readonly Task[]
  /** None was left out for a mistake in it. */
  readonly complete: boolean
}

/** The tasks of a `tasks` or `handlers` list, those of `import_tasks` in their place. */
export async function readTaskList(node: YamlNode | undefined, context: TaskListContext): Promise<TaskList> {
  const { where, ids, mistakes } = context
  if (node === undefined || isNull(node)) return { tasks: [], complete: true }
  if (node.kind !== 'list') {
    const templated = node.kind === 'scalar' && hasTemplateMarks(node.raw)
    mistakes.add(
      node.position,
      `${where}s should be a list${templated ? ', and no template' : ''}`,
      'begin every task with `- `',
    )
    return { tasks: [], complete: false }
  }
  const { tasks, complete } = await readEntries(node, context, [])
  return { tasks: tasks.map((task, index) => ({ ...task, id: `${ids}${index + 1}` })), complete }
}

async function readEntries(
  list: YamlList,
  context: TaskListContext,
  importing: readonly string[],
): Promise<TaskList> {
  const tasks: Task[] = []
  let complete = true
  for (const item of list.items) {
    const imported = item.kind === 'map' ? importField(item) : undefined
    if (item.kind === 'map' && imported !== undefined) {
      const list = await readImport(item, imported, context, importing)
      tasks.push(...list.tasks)
      complete &&= list.complete
      continue
    }
    const task = await readTask(item, { ...context, id: '' })
    if (task === undefined) complete = false
    else tasks.push(task)
  }
  return { tasks, complete }
}

function importField(entry: YamlMap): Field | undefined {
  return fieldsOf(entry).find(({ name }) => /^(ansible\.builtin\.)?import_tasks$/.test(name))
}

/** The tasks of another file, each with what the import says: its conditions come first, its variables lose to the task's. */
async function readImport(
  entry: YamlMap,
  field: Field,
  context: TaskListContext,
  importing: readonly string[],
): Promise<TaskList> {
  const { mistakes } = context
  for (const { name, key } of fieldsOf(entry)) {
    if (name === field.name || IMPORT_KEYS.includes(name)) continue
    if (name === 'loop')
      mistakes.add(key.position, "You cannot use loops on 'import_tasks' statements.", 'loop in the tasks')
    else refuseKeyword(name, 'import', key.position, mistakes)
  }
  const fields = new Fields(fieldsOf(entry), mistakes)
  const variables = readVariables(fields.node('vars'), mistakes)
  const tags = readTags(fields, mistakes)
  const become = readBecome(fields, mistakes)
  const ignoreErrors = fields.boolean('ignore_errors')
  const when = fields.node('when')
  const conditions = when === undefined ? [] : readConditions(when, mistakes)
  const file = await fileOf(field, context)
  const nothing = { tasks: [], complete: false }
  if (file === undefined) return nothing
  if (importing.includes(file)) {
    mistakes.add(field.value.position, `import_tasks: ${file} imports itself`)
    return nothing
  }
  const { documents, warnings } = await loadYamlFile(file)
  mistakes.addAll(warnings)
  const document = documents[0]
  if (document === undefined || isNull(document)) return { tasks: [], complete: true }
  if (document.kind !== 'list') {
    mistakes.add(document.position, 'a file of tasks is a list of tasks', 'begin every task with `- `')
    return nothing
  }
  const list = await readEntries(document, context, [...importing, file])
  const tasks = list.tasks.map((task) => ({
    ...become,
    ...task,
    ignoreErrors: task.ignoreErrors ?? ignoreErrors,
    vars: new Map<string, Value>([...variables, ...task.vars]),
    tags: [...new Set([...task.tags, ...tags])],
    when: [...conditions, ...task.when],
    whenPosition: task.whenPosition ?? when?.position,
  }))
  return { tasks, complete: list.complete }
}

async function fileOf(
  { value }: Field,
  { directory, mistakes }: TaskListContext,
): Promise<string | undefined> {
  const node = value.kind === 'map' ? fieldsOf(value).find(({ name }) => name === 'file')?.value : value
  const name = node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : ''
  if (name === '' || hasTemplateMarks(name)) {
    mistakes.add(value.position, 'import_tasks takes the name of a file', 'a template cannot stand here')
    return undefined
  }
  const file = join(directory, name)
  if ((await stat(file).catch(() => undefined))?.isFile() === true) return file
  mistakes.add(value.position, `import_tasks: no such file: ${name}`, `looked for ${file}`)
  return undefined
}
