import type { Position } from '../../values/position.ts'
import { InputError } from '../../values/problem.ts'
import { hasTemplateMarks, TemplateText } from '../../values/template-text.ts'
import { readBoolean } from '../../values/text/boolean-words.ts'
import type { Value } from '../../values/value.ts'
import type { YamlNode } from '../../yaml/node.ts'
import { numbered, tasksIn } from '../entries.ts'
import { type Field, Fields, fieldsOf, refuseUnknown } from '../fields.ts'
import type { Named } from '../lists.ts'
import { Mistakes } from '../mistakes.ts'
import type { Include, Included, Inherited, Task } from '../playbook.ts'
import { readRole } from '../roles/read-role.ts'
import { checkSource } from '../source-files.ts'
import { NOTHING_INHERITED, readInherited, within } from '../tasks/inherited.ts'
import type { TaskListContext } from '../tasks/task-list.ts'
import { findTaskFile, readTaskFile } from './task-file.ts'

/** The keywords that an include takes, as in Ansible; others go to `apply`. */
const KEYWORDS: ReadonlySet<string> = new Set([
  ...['action', 'args', 'collections', 'ignore_errors', 'loop', 'loop_control', 'name', 'no_log', 'register'],
  ...['run_once', 'tags', 'timeout', 'vars', 'when', 'listen'],
])

/** Keywords that an include does not take. @param action the key of its module */
export function checkIncludeKeywords(
  entries: readonly Field[],
  flow: 'tasks' | 'role',
  action: Position,
  mistakes: Mistakes,
): void {
  const what = flow === 'role' ? 'an IncludeRole' : 'a TaskInclude'
  for (const { name, key } of entries) {
    if (key.position === action || KEYWORDS.has(name) || name.startsWith('with_')) continue
    mistakes.add(
      key.position,
      `'${name}' is not a valid attribute for ${what}`,
      `for the tasks that it includes write it into \`apply\`: apply: { ${name}: ... }`,
    )
  }
}

/** An include as its task says it, its arguments still to be evaluated. */
export interface IncludeWords {
  readonly flow: 'tasks' | 'role'
  readonly args: ReadonlyMap<string, Value>
  readonly position: Position
  /** `vars` of the task itself. */
  readonly vars: ReadonlyMap<string, Value>
  /** The task's keywords that what it includes inherits. */
  readonly apply: YamlNode | undefined
}

/**
 * What is needed to read what a task includes. Where the names are written out, it is read now, so that its mistakes are
 * told with all others.
 */
export async function readInclude(words: IncludeWords, context: TaskListContext): Promise<Include> {
  const inherited = within(context.inherited, readApply(words.apply, context))
  const inside = { ...context, inherited }
  const loaded = new Map<string, Promise<Included>>()
  const load = (args: ReadonlyMap<string, Value>): Promise<Included> => {
    const key = JSON.stringify([...args])
    let included = loaded.get(key)
    if (included === undefined) {
      included = checked(words, args, inside)
      loaded.set(key, included)
    }
    return included
  }
  const known = isWritten(words.args) ? await readNow(words, inside) : undefined
  if (known === undefined) return { vars: words.vars, load }
  return { vars: words.vars, load: async () => known, known }
}

function readApply(apply: YamlNode | undefined, { mistakes, notified }: TaskListContext): Inherited {
  if (apply === undefined) return NOTHING_INHERITED
  if (apply.kind !== 'map') {
    mistakes.add(
      apply.position,
      'apply is a mapping of keywords',
      'like `apply: { tags: [x], become: true }`',
    )
    return NOTHING_INHERITED
  }
  const fields = fieldsOf(apply)
  refuseUnknown(fields, 'block', mistakes)
  return readInherited(new Fields(fields, mistakes), mistakes, notified)
}

function isWritten(args: ReadonlyMap<string, Value>): boolean {
  return [...args.values()].every(
    (value) => !(value instanceof TemplateText) && !(typeof value === 'string' && hasTemplateMarks(value)),
  )
}

/** Reads with the playbook's mistakes. What leads back to itself ends at its turn, by a condition. */
async function readNow(words: IncludeWords, context: TaskListContext): Promise<Included | undefined> {
  const { mistakes, collected } = context
  const before = mistakes.count
  const read = await readIncluded(words, words.args, context)
  if (read === 'circle') {
    collected.open = true
    return undefined
  }
  return read === undefined || mistakes.count > before ? undefined : read
}

/** Reads with mistakes of its own. @throws InputError */
async function checked(
  words: IncludeWords,
  args: ReadonlyMap<string, Value>,
  context: TaskListContext,
): Promise<Included> {
  const mistakes = new Mistakes()
  const notified: Named[] = []
  const collected = { handlers: [], shared: [], open: false }
  // Whether it leads to an end is the playbook's business now.
  const inside = {
    ...context,
    mistakes,
    notified,
    collected,
    importing: context.importing.slice(-1),
    circles: true,
  }
  const read = await readIncluded(words, args, inside)
  const problems = mistakes.problems()
  if (problems.length > 0 || read === undefined || read === 'circle') throw new InputError(problems)
  return read
}

async function readIncluded(
  words: IncludeWords,
  args: ReadonlyMap<string, Value>,
  context: TaskListContext,
): Promise<Included | 'circle' | undefined> {
  const { mistakes } = context
  const collected = {
    handlers: [] as (readonly Task[])[],
    shared: [] as Included['shared'][number][],
    open: false,
  }
  const inside = { ...context, collected }
  const read =
    words.flow === 'role' ? await readIncludedRole(words, args, inside) : await readFile(words, args, inside)
  if (read === undefined || read === 'circle') return read
  const entries = numbered(read.entries, 'i')
  for (const task of [...tasksIn(entries), ...collected.handlers.flat()]) await checkSource(task, mistakes)
  context.collected.open ||= collected.open
  return { name: read.name, entries, handlers: collected.handlers, shared: collected.shared }
}

type Read = Pick<Included, 'name' | 'entries'>

async function readFile(
  { position }: IncludeWords,
  args: ReadonlyMap<string, Value>,
  context: TaskListContext,
): Promise<Read | 'circle' | undefined> {
  const { mistakes } = context
  const name = args.get('file')
  if (typeof name !== 'string') return undefined
  const file = await findTaskFile(name, context)
  if (typeof file !== 'string') {
    mistakes.add(position, `Could not find or access '${name}'`, `searched in ${file.join(', ')}`)
    return undefined
  }
  if (context.circles !== true && context.importing.includes(file)) return 'circle'
  return { name: file, entries: (await readTaskFile(file, context)).entries }
}

async function readIncludedRole(
  { position }: IncludeWords,
  args: ReadonlyMap<string, Value>,
  context: TaskListContext,
): Promise<Read | 'circle' | undefined> {
  const name = args.get('name') ?? args.get('role')
  if (typeof name !== 'string') return undefined
  const { role, collected } = context
  const parents = role === undefined ? [] : [...role.parents, role]
  const flag = (option: string) => readBoolean(args.get(option) ?? null)
  const text = (folder: string) => {
    const value = args.get(`${folder}_from`)
    return typeof value === 'string' ? { [folder]: value } : {}
  }
  const entry = {
    name,
    position,
    inherited: NOTHING_INHERITED,
    vars: new Map(),
    params: new Map(),
    ...(role === undefined ? {} : { includer: role }),
    from: { ...text('tasks'), ...text('handlers'), ...text('vars'), ...text('defaults') },
    allowDuplicates: flag('allow_duplicates') !== false,
    validates: flag('rolespec_validate') !== false,
  }
  if (context.circles !== true && parents.some((each) => each.name === name)) return 'circle'
  const read = await readRole(entry, context, parents)
  if (read === undefined) return undefined
  collected.handlers.push(...read.handlers)
  if (flag('public') === true) collected.shared.push(read.role)
  return { name: read.role.name, entries: read.entries }
}
