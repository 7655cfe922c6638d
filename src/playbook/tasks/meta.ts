import type { Field } from '../fields.ts'
import type { Mistakes } from '../mistakes.ts'
import type { Task } from '../playbook.ts'
import type { TaskListContext } from './task-list.ts'

/** Keywords that say nothing of a task which is none of a module. */
const UNFIT = [
  'loop',
  'loop_control',
  'register',
  'until',
  'retries',
  'delay',
  'changed_when',
  'failed_when',
  'notify',
]

/** What is wrong with a task of `meta`, beside its arguments. Ansible finds most of it at the task's turn, or never. */
export function checkMeta(task: Task, entries: readonly Field[], context: TaskListContext): void {
  const { mistakes, where, role } = context
  const action = task.args.get('action')
  const position = task.argPositions.get('action') ?? task.position
  if (action === 'refresh_inventory')
    mistakes.add(
      position,
      'meta: refresh_inventory is not supported: the inventory is read once a run',
      'begin another run',
    )
  if (where === 'handler' && action === 'flush_handlers')
    mistakes.add(position, 'flush_handlers cannot be used as a handler')
  if (action === 'end_role' && where === 'handler')
    mistakes.add(position, "Cannot execute 'end_role' from a handler")
  if (action === 'end_role' && role === undefined)
    mistakes.add(position, "Cannot execute 'end_role' from outside of a role", 'use end_host or end_play')
  refuseUnfit(entries, mistakes)
}

function refuseUnfit(entries: readonly Field[], mistakes: Mistakes): void {
  for (const { name, key } of entries)
    if (UNFIT.includes(name) || name.startsWith('with_'))
      mistakes.add(key.position, `'${name}' has no effect on meta`, 'leave it out')
}
