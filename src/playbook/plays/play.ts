import { resolve } from 'node:path'
import { TemplateText } from '../../values/template-text.ts'
import type { Value } from '../../values/value.ts'
import type { YamlNode } from '../../yaml/node.ts'
import { toValue } from '../../yaml/to-value.ts'
import { readBecome } from '../become.ts'
import { includedHandlers, numbered, numberedLists, tasksIn } from '../entries.ts'
import { type Field, Fields, fieldsOf, refuseUnknown } from '../fields.ts'
import { type Named, readEnvironment, readTags } from '../lists.ts'
import type { Mistakes } from '../mistakes.ts'
import type { Inherited, Play } from '../playbook.ts'
import type { RolePlaces } from '../roles/find-role.ts'
import { readRoles } from '../roles/roles.ts'
import { checkSource } from '../source-files.ts'
import { checkHandlers } from '../tasks/handlers.ts'
import { NOTHING_INHERITED, readConnection, readInherited, within } from '../tasks/inherited.ts'
import { readName } from '../tasks/task.ts'
import { type Collected, readTaskList, type TaskListContext } from '../tasks/task-list.ts'
import { readVariables } from '../variables.ts'
import { readPercentage } from './max-fail.ts'
import { readRollout } from './rollout.ts'
import { readSerial } from './serial.ts'
import { readOrder, readStrategy } from './strategy.ts'
import { readVarsFiles } from './vars-files.ts'
import { readVarsPrompt } from './vars-prompt.ts'

/** What is known beside the playbook when it is read. */
export interface ReadOptions extends RolePlaces {
  /** `-e`: names of imported files and roles may hold templates of them. */
  readonly extraVars?: ReadonlyMap<string, Value>
}

/**
 * A play with all its mistakes recorded; undefined when it is none.
 * @param directory the playbook's folder
 * @param outer what the import of the playbook hands down
 */
export async function readPlay(
  node: YamlNode,
  directory: string,
  outer: Inherited,
  options: ReadOptions,
  mistakes: Mistakes,
): Promise<Play | undefined> {
  if (node.kind !== 'map') {
    mistakes.add(node.position, 'a play is a mapping', 'begin it with `- hosts: ...`')
    return undefined
  }
  const entries = fieldsOf(node)
  refuseUnknown(entries, 'play', mistakes)
  const fields = new Fields(entries, mistakes)
  const tags = readTags(fields, mistakes)
  const notified: Named[] = []
  // What the play itself keeps is not handed down once more.
  const {
    vars: _,
    environment: __,
    noLog: ___,
    connection: ____,
    remoteUser: _____,
    port,
    ...rest
  } = readInherited(fields, mistakes, [])
  const handed = Object.fromEntries(Object.entries(rest).filter(([key]) => !key.startsWith('become')))
  const inherited = within({ ...outer, vars: new Map() }, { ...NOTHING_INHERITED, ...handed, tags })
  const vars = new Map<string, Value>([...readVariables(fields.node('vars'), mistakes), ...outer.vars])
  const collected: Collected = { handlers: [], shared: [], open: false }
  const list: Omit<TaskListContext, 'where'> = {
    directory: resolve(directory),
    importing: [],
    role: undefined,
    places: options,
    known: { lookup: (name) => options.extraVars?.get(name) ?? vars.get(name) },
    collected,
    inherited,
    notified,
    mistakes,
  }
  const roles = await readRoles(fields.written('roles'), { ...list, where: 'task' })
  const section = async (key: string, ids: 'pre' | 'post') =>
    numbered((await readTaskList(fields.written(key), { ...list, where: 'task' })).entries, ids)
  const preTasks = await section('pre_tasks', 'pre')
  const own = await readTaskList(fields.written('tasks'), { ...list, where: 'task' })
  const tasks = numbered([...roles.entries, ...own.entries], 't')
  const postTasks = await section('post_tasks', 'post')
  const rollout = await readRollout(fields, list, mistakes)
  const undo = await readTaskList(fields.written('rollback'), { ...list, where: 'task' })
  const rollback = numbered(undo.entries, 'rollback')
  const judging = [rollout?.gate ?? [], rollback]
  const read = await readTaskList(fields.written('handlers'), { ...list, where: 'handler' })
  const handlers = numberedLists([...roles.handlers, tasksIn(read.entries), ...collected.handlers], 'h')
  const included = [preTasks, tasks, postTasks, ...judging].flatMap(includedHandlers)
  const complete = read.complete && roles.complete && !collected.open
  const { loose } = mistakes
  checkHandlers(notified, [...handlers.flat(), ...included], complete, mistakes)
  for (const task of [...[preTasks, tasks, postTasks, ...judging].flatMap(tasksIn), ...handlers.flat()])
    await checkSource(task, mistakes)
  mistakes.settle(loose)
  const gathering = new Fields([...factDefaults(inherited, fields, mistakes), ...entries], mistakes)
  const varsFiles = await readVarsFiles(fields.node('vars_files'), directory, mistakes)
  return {
    ...readBecome(fields, mistakes),
    name: readName(fields),
    position: node.position,
    hosts: readHosts(fields, node, mistakes),
    hostsPosition: fields.node('hosts')?.position ?? node.position,
    vars,
    varsFiles,
    varsPrompt: readVarsPrompt(fields, mistakes),
    serial: fields.checked('serial', readSerial),
    maxFailPercentage: fields.checked('max_fail_percentage', readPercentage),
    rollout,
    rollback,
    environment: readEnvironment(fields, mistakes),
    tags: inherited.tags,
    noLog: fields.boolean('no_log'),
    directory: resolve(directory),
    remoteUser: readRemoteUser(fields, mistakes),
    port,
    connection: fields.checked('connection', readConnection),
    order: fields.checked('order', readOrder),
    strategy: fields.checked('strategy', readStrategy),
    forceHandlers: fields.boolean('force_handlers'),
    gatherFacts: fields.boolean('gather_facts'),
    gatherSubset: readSubset(gathering, mistakes),
    gatherTimeout: gathering.integer('gather_timeout'),
    factPath: gathering.text('fact_path'),
    preTasks,
    tasks,
    postTasks,
    handlers,
    roles: [...roles.shared, ...collected.shared],
  }
}

/** What `module_defaults` say of gathering; the play's own keywords win (measured with 2.19.14). */
function factDefaults({ moduleDefaults }: Inherited, fields: Fields, mistakes: Mistakes): readonly Field[] {
  const defaults = fieldsOf(moduleDefaults?.get('setup') ?? NO_DEFAULTS)
  const gathers = fields.node('gather_facts')
  if (gathers?.kind !== 'scalar' || gathers.value !== false)
    for (const { name, key } of defaults)
      if (!['gather_subset', 'gather_timeout', 'fact_path'].includes(name))
        mistakes.add(
          key.position,
          `module_defaults: '${name}' of setup is not supported for the facts of a play`,
          'give gather_subset, or say gather_facts: false and gather with a task of setup',
        )
  return defaults
}

const NO_DEFAULTS = {
  kind: 'map',
  entries: [],
  repeated: [],
  position: { file: '', line: 0, column: 0 },
} as const

/** `remote_user`, or its old name `user`. */
function readRemoteUser(fields: Fields, mistakes: Mistakes): Value | undefined {
  const old = fields.positionOf('user')
  if (old !== undefined && fields.positionOf('remote_user') !== undefined)
    mistakes.add(old, 'both user and remote_user are set for this play', 'keep remote_user')
  return fields.text('remote_user') ?? fields.text('user')
}

/** `gather_subset`: a word or a list of words. */
function readSubset(fields: Fields, mistakes: Mistakes): Value | undefined {
  const node = fields.node('gather_subset')
  if (node === undefined) return undefined
  const value = toValue(node)
  mistakes.templates(value)
  for (const word of Array.isArray(value) ? value : [value])
    if (typeof word !== 'string' && !(word instanceof TemplateText))
      mistakes.add(node.position, 'gather_subset takes words', 'like `gather_subset: [network]`')
  return value
}

/** `hosts`: a pattern or a list of patterns; which hosts they mean is the inventory's business. */
function readHosts(fields: Fields, play: YamlNode, mistakes: Mistakes): Value {
  const node = fields.node('hosts')
  if (node === undefined) {
    const position = fields.positionOf('hosts') ?? play.position
    mistakes.add(position, 'Hosts list cannot be empty: the play has no `hosts`', 'write `hosts: all`')
    return ''
  }
  const items = node.kind === 'list' ? node.items : [node]
  if (items.length === 0) mistakes.add(node.position, 'Hosts list cannot be empty.', 'write `hosts: all`')
  for (const item of items) {
    const text = item.kind === 'scalar' && typeof item.value === 'string' ? item.value : undefined
    if (text === undefined) {
      mistakes.add(item.position, 'hosts takes a pattern or a list of patterns', 'put a number into quotes')
    } else if (text.trim() === '') {
      mistakes.add(item.position, 'Hosts list cannot be empty.', 'write `hosts: all`')
    }
  }
  const value = toValue(node)
  mistakes.templates(value)
  return value
}
