import type { YamlNode } from '../../yaml/node.ts'
import { isNull } from '../fields.ts'
import type { Entry, Task } from '../playbook.ts'
import type { TaskListContext } from '../tasks/task-list.ts'
import { type ReadRole, readRole } from './read-role.ts'
import type { Role } from './role.ts'
import { readRoleEntry } from './role-entry.ts'

/** The roles of a play, in order. */
export interface Roles {
  readonly entries: readonly Entry[]
  /** A list for each role. */
  readonly handlers: readonly (readonly Task[])[]
  readonly shared: readonly Role[]
  readonly complete: boolean
}

/** `roles` of a play, with all mistakes recorded. */
export async function readRoles(node: YamlNode | undefined, context: TaskListContext): Promise<Roles> {
  const items = node === undefined || isNull(node) ? [] : node.kind === 'list' ? node.items : undefined
  if (items === undefined)
    context.mistakes.add(node!.position, 'roles should be a list', 'begin every role with `- `')
  const read: ReadRole[] = []
  let complete = items !== undefined
  for (const item of items ?? []) {
    const entry = readRoleEntry(item, context)
    const role = entry && (await readRole(entry, context, []))
    if (role === undefined) complete = false
    else read.push(role)
  }
  return {
    entries: read.flatMap(({ entries }) => entries),
    handlers: read.flatMap(({ handlers }) => handlers),
    shared: read.map(({ role }) => role),
    complete: complete && read.every((role) => role.complete),
  }
}
