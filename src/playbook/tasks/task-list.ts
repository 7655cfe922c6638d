import type { Scope } from '../../template/api.ts'
import { hasTemplateMarks } from '../../values/template-text.ts'
import type { YamlNode } from '../../yaml/node.ts'
import { fieldsOf, isNull } from '../fields.ts'
import type { Named } from '../lists.ts'
import type { Mistakes } from '../mistakes.ts'
import type { Entry, Inherited, Task } from '../playbook.ts'
import type { RolePlaces } from '../roles/find-role.ts'
import { readImportRole } from '../roles/import-role.ts'
import type { Role } from '../roles/role.ts'
import { readBlock } from './block.ts'
import { importField, readImport } from './import-tasks.ts'
import { checkModuleDefaults } from './module-defaults.ts'
import { readTask } from './task.ts'

/** What a play gets from the roles in it, beside their tasks. */
export interface Collected {
  /** A list for each role. */
  readonly handlers: (readonly Task[])[]
  /** Roles whose defaults and vars the whole play sees. */
  readonly shared: Role[]
  /** Some handlers cannot be known before the run. */
  open: boolean
}

/** What a list of tasks is read in. */
export interface TaskListContext {
  readonly where: 'task' | 'handler'
  /** The playbook's folder. Absolute. */
  readonly directory: string
  /** The role whose tasks they are. */
  readonly role: Role | undefined
  readonly places: RolePlaces
  /** What is known of variables before the run, for names of files and roles. */
  readonly known: Scope
  /** What a play gets from roles that its tasks import. */
  readonly collected: Collected
  /** Files and roles may lead back to themselves: they are read at their turn. */
  readonly circles?: boolean
  /** The files of tasks that led here, the nearest last. */
  readonly importing: readonly string[]
  /** What blocks, imports and the play hand down. */
  readonly inherited: Inherited
  /** Gets the handlers that tasks notify, for the check of their names. */
  readonly notified: Named[]
  readonly mistakes: Mistakes
}

/** Tasks as far as they could be read. */
export interface TaskList {
  readonly entries: readonly Entry[]
  /** None was left out for a mistake in it. */
  readonly complete: boolean
}

export const NO_TASKS: TaskList = { entries: [], complete: true }

/** The tasks of a list, those of `import_tasks` in their place; their ids are still to be given. */
export async function readTaskList(node: YamlNode | undefined, context: TaskListContext): Promise<TaskList> {
  const { where, mistakes } = context
  if (node === undefined || isNull(node)) return NO_TASKS
  if (node.kind !== 'list') {
    const templated = node.kind === 'scalar' && hasTemplateMarks(node.raw)
    mistakes.add(
      node.position,
      `${where}s should be a list${templated ? ', and no template' : ''}`,
      'begin every task with `- `',
    )
    return { entries: [], complete: false }
  }
  await checkModuleDefaults(context.inherited.moduleDefaults, mistakes)
  const lists: TaskList[] = []
  for (const item of node.items) lists.push(await readEntry(item, context))
  return joined(lists)
}

async function readEntry(item: YamlNode, context: TaskListContext): Promise<TaskList> {
  if (item.kind === 'map') {
    const imported = importField(item, 'import_tasks')
    if (imported !== undefined) return readImport(item, imported, context)
    const role = importField(item, 'import_role')
    if (role !== undefined) return readImportRole(item, role, context)
    if (fieldsOf(item).some(({ name }) => name === 'block')) return readBlock(item, context)
  }
  const task = await readTask(item, context)
  return { entries: task === undefined ? [] : [task], complete: task !== undefined }
}

/** Several lists as one. */
export function joined(lists: readonly TaskList[]): TaskList {
  return {
    entries: lists.flatMap(({ entries }) => entries),
    complete: lists.every(({ complete }) => complete),
  }
}
