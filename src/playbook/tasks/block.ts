import type { YamlMap } from '../../yaml/node.ts'
import { Fields, fieldsOf, isNull, refuseUnknown } from '../fields.ts'
import { knownIn, readInherited, within } from './inherited.ts'
import { joined, readTaskList, type TaskList, type TaskListContext } from './task-list.ts'

/** `block`, `rescue` and `always`, what the block says handed down to their tasks. */
export async function readBlock(node: YamlMap, context: TaskListContext): Promise<TaskList> {
  const { mistakes, where } = context
  if (where === 'handler') {
    mistakes.add(
      node.position,
      'Using a block as a handler is not supported.',
      'write a handler for each task, all with the same `listen`',
    )
    return { entries: [], complete: false }
  }
  const entries = fieldsOf(node)
  refuseUnknown(entries, 'block', mistakes)
  const fields = new Fields(entries, mistakes)
  fields.text('name')
  const inherited = within(
    context.inherited,
    readInherited(fields, mistakes, context.notified, knownIn(context)),
  )
  const part = (name: 'block' | 'rescue' | 'always') => {
    const written = fields.written(name)
    // A task alone counts as a list of one, as in Ansible.
    const list =
      written?.kind === 'map'
        ? ({ kind: 'list', items: [written], position: written.position } as const)
        : written
    return readTaskList(list, { ...context, inherited })
  }
  const [block, rescue, always] = [await part('block'), await part('rescue'), await part('always')]
  const written = fields.written('block')
  const isEmpty =
    written === undefined || isNull(written) || (written.kind === 'list' && written.items.length === 0)
  for (const name of ['rescue', 'always']) {
    if (fields.node(name) === undefined || !isEmpty) continue
    mistakes.add(
      fields.positionOf(name)!,
      `'${name}' keyword cannot be used without 'block'`,
      'write the tasks that may fail into `block`',
    )
  }
  return {
    ...joined([block, rescue, always]),
    entries: [
      {
        kind: 'block',
        position: node.position,
        block: block.entries,
        rescue: rescue.entries,
        always: always.entries,
      },
    ],
  }
}
