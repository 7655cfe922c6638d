import { ARGUMENT_CHECK } from '../../modules/argument-spec.ts'
import type { Position } from '../../values/position.ts'
import { isDict, type Value } from '../../values/value.ts'
import { searchOf } from '../includes/task-file.ts'
import type { Task } from '../playbook.ts'
import { NOTHING_INHERITED, within } from '../tasks/inherited.ts'
import type { TaskListContext } from '../tasks/task-list.ts'

/** The task that holds a role's arguments against what its `argument_specs` says of them, before all its others. */
export function validationTask(spec: Value, context: TaskListContext, position: Position): Task {
  const { role } = context
  const described = isDict(spec) ? spec.get('short_description') : undefined
  const name = `Validating arguments against arg spec '${role!.entryPoint}'`
  const args = new Map<string, Value>([
    ['argument_spec', (isDict(spec) ? spec.get('options') : undefined) ?? new Map()],
    ['provided_arguments', new Map(role!.entryParams)],
  ])
  return {
    ...within(context.inherited, { ...NOTHING_INHERITED, tags: ['always'] }),
    kind: 'task',
    id: '',
    name: typeof described === 'string' ? `${name} - ${described}` : name,
    position,
    module: ARGUMENT_CHECK,
    args,
    argPositions: new Map(),
    setsFacts: [],
    directsRun: false,
    search: searchOf(context),
    role: role!,
    loop: undefined,
    loopControl: { loopVar: 'item' },
    register: undefined,
    listen: [],
    changedWhen: undefined,
    failedWhen: undefined,
    until: undefined,
    retries: undefined,
    delay: undefined,
  }
}
