import { hasTemplateMarks } from '../values/template-text.ts'
import type { Value } from '../values/value.ts'
import type { YamlNode } from '../yaml/node.ts'
import { toValue } from '../yaml/to-value.ts'
import { readBecome } from './become.ts'
import { Fields, fieldsOf, isNull, refuseKeyword, refuseUnknown } from './fields.ts'
import { checkHandlers } from './handlers.ts'
import { type Named, readEnvironment, readTags } from './lists.ts'
import { readPercentage } from './max-fail.ts'
import type { Mistakes } from './mistakes.ts'
import type { Play, Task } from './playbook.ts'
import { readSerial } from './serial.ts'
import { checkSource } from './source-files.ts'
import { readName, readTask } from './task.ts'
import { readVariables } from './variables.ts'
import { readVarsFiles } from './vars-files.ts'

/**
 * A play with all its mistakes recorded; undefined when it is none.
 * @param directory the playbook's folder
 */
export async function readPlay(
  node: YamlNode,
  directory: string,
  mistakes: Mistakes,
): Promise<Play | undefined> {
  if (node.kind !== 'map') {
    mistakes.add(node.position, 'a play is a mapping', 'begin it with `- hosts: ...`')
    return undefined
  }
  const entries = fieldsOf(node)
  const playbook = entries.find(({ name }) => /^(ansible\.builtin\.)?import_playbook$/.test(name))
  if (playbook !== undefined) {
    refuseKeyword('import_playbook', 'play', playbook.key.position, mistakes)
    return undefined
  }
  refuseUnknown(entries, 'play', mistakes)
  const fields = new Fields(entries, mistakes)
  refuseFacts(fields, mistakes)
  const tags = readTags(fields, mistakes)
  const notified: Named[] = []
  const tasks = await readTasks(fields, 'tasks', tags, notified, mistakes)
  const handlers = await readTasks(fields, 'handlers', tags, notified, mistakes)
  const written = fields.node('handlers')
  const complete =
    written === undefined || (written.kind === 'list' && written.items.length === handlers.length)
  checkHandlers(notified, handlers, complete && fields.node('roles') === undefined, mistakes)
  for (const task of [...tasks, ...handlers]) await checkSource(task, directory, mistakes)
  const varsFiles = await readVarsFiles(fields.node('vars_files'), directory, mistakes)
  return {
    ...readBecome(fields, mistakes),
    name: readName(fields),
    position: node.position,
    hosts: readHosts(fields, node, mistakes),
    vars: readVariables(fields.node('vars'), mistakes),
    varsFiles,
    serial: fields.checked('serial', readSerial),
    maxFailPercentage: fields.checked('max_fail_percentage', readPercentage),
    environment: readEnvironment(fields, mistakes),
    tags,
    noLog: fields.boolean('no_log'),
    remoteUser: fields.text('remote_user'),
    tasks,
    handlers,
  }
}

function refuseFacts(fields: Fields, mistakes: Mistakes): void {
  const gather = fields.boolean('gather_facts')
  if (gather === undefined || gather === false) return
  mistakes.add(
    fields.positionOf('gather_facts')!,
    'muster gathers no facts yet',
    'write `gather_facts: false`, and read what you need with `command` and `register`',
  )
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

async function readTasks(
  fields: Fields,
  keyword: 'tasks' | 'handlers',
  playTags: readonly string[],
  notified: Named[],
  mistakes: Mistakes,
): Promise<Task[]> {
  const node = fields.written(keyword)
  if (node === undefined || isNull(node)) return []
  if (node.kind !== 'list') {
    const templated = node.kind === 'scalar' && hasTemplateMarks(node.raw)
    mistakes.add(
      node.position,
      `${keyword} should be a list${templated ? ', and no template' : ''}`,
      'begin every task with `- `',
    )
    return []
  }
  const where = keyword === 'tasks' ? 'task' : 'handler'
  const tasks: Task[] = []
  for (const [index, item] of node.items.entries()) {
    const id = `${where === 'task' ? 't' : 'h'}${index + 1}`
    const task = await readTask(item, { id, where, playTags, notified, mistakes })
    if (task !== undefined) tasks.push(task)
  }
  return tasks
}
