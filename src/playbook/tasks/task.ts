import { checkArguments } from '../../modules/check-parameters.ts'
import { loadModule } from '../../modules/registry.ts'
import type { Value } from '../../values/value.ts'
import type { YamlMap, YamlNode } from '../../yaml/node.ts'
import { type Field, Fields, fieldsOf, isNull } from '../fields.ts'
import { checkIncludeKeywords, readInclude } from '../includes/include.ts'
import { searchOf } from '../includes/task-file.ts'
import { readNames } from '../lists.ts'
import { Mistakes } from '../mistakes.ts'
import type { Task } from '../playbook.ts'
import { readVariableName, readVariables } from '../variables.ts'
import { readAction } from './action.ts'
import { readArguments } from './arguments.ts'
import { readConditions } from './conditions.ts'
import { knownIn, readInherited, within } from './inherited.ts'
import { readLoop, readLoopControl } from './loop.ts'
import { checkMeta } from './meta.ts'
import { checkModuleDefaults, withDefaults } from './module-defaults.ts'
import type { TaskListContext } from './task-list.ts'

/** A task with all its mistakes recorded; undefined when there is no telling what it does. */
export async function readTask(node: YamlNode, context: TaskListContext): Promise<Task | undefined> {
  const { mistakes } = context
  const { count, loose } = mistakes
  const task = await readTaskOf(node, context)
  if (mistakes.count === count) return task
  if (task !== undefined && node.kind === 'map' && (await setsWhatIsWritten(task, node)))
    mistakes.settle(loose, node)
  else mistakes.hide()
  return task
}

/** Whether the names that a task sets are known although there are mistakes in it. */
async function setsWhatIsWritten(task: Task, node: YamlMap): Promise<boolean> {
  if (task.include !== undefined || task.directsRun) return false
  if ((await loadModule(task.module)).setsFacts !== undefined) return false
  return task.register !== undefined || !fieldsOf(node).some(({ name }) => name === 'register')
}

async function readTaskOf(node: YamlNode, context: TaskListContext): Promise<Task | undefined> {
  const { mistakes, where } = context
  if (node.kind !== 'map') {
    mistakes.add(node.position, `a ${where} is a mapping`, 'begin it with `- name: ...`, its module below')
    return undefined
  }
  const entries = fieldsOf(node)
  const fields = new Fields(entries, mistakes)
  const action = readAction(entries, where, node.position, mistakes)
  const keywords = readKeywords(entries, fields, context)
  if (action === undefined) return undefined
  const module = await loadModule(action.module)
  const args = fields.node('args')
  if (args !== undefined && args.kind !== 'map') {
    mistakes.add(args.position, 'args is a mapping of further arguments')
  }
  const more = args?.kind === 'map' ? args : undefined
  const { flow } = module
  const included = flow === 'run' ? undefined : flow
  if (included !== undefined) checkIncludeKeywords(entries, included, action.position, mistakes)
  await checkModuleDefaults(keywords.moduleDefaults, mistakes)
  const read = withDefaults(
    module,
    readArguments(module, action.args, more, mistakes),
    keywords.moduleDefaults,
    action.position,
    mistakes,
  )
  mistakes.addAll(checkArguments(module, read.args, { task: action.position, args: read.positions }))
  const task: Task = {
    ...keywords,
    kind: 'task',
    id: '',
    position: node.position,
    module: action.module,
    args: read.args,
    argPositions: read.positions,
    setsFacts:
      typeof module.setsFacts === 'function'
        ? module.setsFacts(read.args)
        : module.setsFacts === true
          ? [...read.args.keys()].filter((name) => !Object.hasOwn(module.spec.parameters, name))
          : [],
    search: searchOf(context),
    directsRun: flow === 'run',
    ...(module.changesInventory === undefined ? {} : { changesInventory: module.changesInventory }),
    ...(context.role === undefined ? {} : { role: context.role }),
  }
  if (flow === 'run') checkMeta(task, entries, context)
  return included === undefined ? task : withInclude(task, included, action.args, fields, context)
}

/** The task with what it includes; `apply` is for that, and no argument any more. */
async function withInclude(
  task: Task,
  flow: 'tasks' | 'role',
  args: YamlNode,
  fields: Fields,
  context: TaskListContext,
): Promise<Task> {
  const given = [args, fields.node('args')].flatMap((node) => (node?.kind === 'map' ? fieldsOf(node) : []))
  const words = {
    flow,
    args: new Map([...task.args].filter(([name]) => name !== 'apply')),
    position: task.argPositions.get('file') ?? task.argPositions.get('name') ?? task.position,
    vars: readVariables(fields.node('vars'), new Mistakes()),
    apply: given.find(({ name }) => name === 'apply')?.value,
  }
  return { ...task, args: words.args, include: await readInclude(words, context) }
}

type Keywords = Omit<
  Task,
  'kind' | 'id' | 'position' | 'module' | 'args' | 'argPositions' | 'setsFacts' | 'search' | 'directsRun'
>

function readKeywords(entries: readonly Field[], fields: Fields, context: TaskListContext): Keywords {
  const { mistakes, inherited, notified } = context
  const local = fields.written('local_action') === undefined ? {} : { delegateTo: 'localhost' }
  return within(inherited, {
    ...readInherited(fields, mistakes, notified, knownIn(context)),
    ...local,
    name: readName(fields),
    ...readLoop(entries, fields, mistakes),
    loopControl: readLoopControl(fields, mistakes),
    register: readVariableName(fields, 'register', mistakes),
    listen: readNames(fields, 'listen', mistakes).map(({ name }) => name),
    changedWhen: readVerdict(fields, 'changed_when', mistakes),
    failedWhen: readVerdict(fields, 'failed_when', mistakes),
    until: readVerdict(fields, 'until', mistakes),
    retries: fields.integer('retries'),
    delay: fields.seconds('delay'),
    ...readAsync(fields),
  })
}

/** `async` with `poll`: how long the task may take, and with `poll: 0` that it goes on as a job of its own. */
function readAsync(fields: Fields): Pick<Task, 'asyncLimit' | 'poll'> {
  const asyncLimit = fields.integer('async')
  const poll = fields.integer('poll')
  return {
    ...(asyncLimit === undefined ? {} : { asyncLimit }),
    ...(poll === undefined ? {} : { poll }),
  }
}

/** `name: null`, `""` and `off` count as no name. */
export function readName(fields: Fields): Value | undefined {
  const node = fields.node('name')
  if (node?.kind === 'scalar' && (node.value === false || node.value === '')) return undefined
  return fields.text('name')
}

/** `changed_when` and its like: an empty list counts as not written, an empty value is a mistake. */
function readVerdict(fields: Fields, name: string, mistakes: Mistakes): readonly Value[] | undefined {
  const node = fields.written(name)
  if (node === undefined) return undefined
  if (isNull(node)) {
    const position = fields.positionOf(name) ?? node.position
    mistakes.add(
      position,
      `${name}: Empty conditional expressions are not allowed.`,
      'write true, or leave it out',
    )
    return undefined
  }
  const conditions = readConditions(node, mistakes)
  return conditions.length === 0 ? undefined : conditions
}
