import { dirname } from 'node:path'
import { inspect } from 'node:util'
import type { Position } from '../../values/position.ts'
import { revealText, Secret } from '../../values/secret.ts'
import { TemplateText } from '../../values/template-text.ts'
import type { Value } from '../../values/value.ts'
import { tasksIn } from '../entries.ts'
import { readTaskFile } from '../includes/task-file.ts'
import type { Block, Entry, Inherited, Task } from '../playbook.ts'
import { within } from '../tasks/inherited.ts'
import type { TaskListContext } from '../tasks/task-list.ts'
import { validationTask } from './argument-specs.ts'
import { findRole } from './find-role.ts'
import { readMeta } from './meta.ts'
import { makeRole, type Role, type RoleParts } from './role.ts'
import { readDependency } from './role-entry.ts'
import { needRoleFile, readRoleVariables, refusePlugins } from './role-files.ts'

/** What names a role: an entry of `roles`, of a role's dependencies, or an import or include. */
export interface RoleEntry {
  readonly name: string
  readonly position: Position
  /** What the entry says, without its variables. */
  readonly inherited: Inherited
  readonly vars: ReadonlyMap<string, Value>
  readonly params: ReadonlyMap<string, Value>
  /** Files other than `main`. */
  readonly from: { readonly [folder in 'tasks' | 'handlers' | 'vars' | 'defaults']?: string }
  /** The role whose task imports or includes it. */
  readonly includer?: RoleParts
  /** Of an import or include; of others the role's meta says so. */
  readonly allowDuplicates?: boolean
  /** Arguments are held against the role's own specification of them. */
  readonly validates: boolean
}

/** A role as it stands in a play: the tasks of those it depends on, and its own. */
export interface ReadRole {
  readonly role: Role
  readonly entries: readonly Entry[]
  /** A list for each role. */
  readonly handlers: readonly (readonly Task[])[]
  readonly complete: boolean
}

/**
 * A role with all its mistakes recorded; undefined when there is none of that name.
 * @param parents the roles that depend on it, or whose tasks name it, the outermost first
 */
export async function readRole(
  entry: RoleEntry,
  context: TaskListContext,
  parents: readonly RoleParts[],
): Promise<ReadRole | undefined> {
  const { directory, places, mistakes } = context
  const parent = parents.at(-1)
  const found = await findRole(entry.name, directory, places, parent && dirname(parent.path))
  if ('searched' in found) {
    const searched = `looked in ${found.searched.join(', ')}; roles_path of ansible.cfg names further folders`
    mistakes.add(entry.position, `the role '${entry.name}' was not found`, searched)
    return undefined
  }
  const { path } = found
  const entryPoint = entry.from.tasks ?? 'main'
  if (
    context.circles !== true &&
    parents.some((each) => each.path === path && each.entryPoint === entryPoint)
  ) {
    mistakes.add(
      entry.position,
      `A recursion loop was detected with the roles specified: ${[...parents, found].map(({ name }) => name).join(' -> ')}`,
      'make sure that a role does not depend on one that depends on it',
    )
    return undefined
  }
  await refusePlugins(path, mistakes)
  const meta = await readMeta(path, mistakes)
  const file = { role: path, position: entry.position }
  const parts: RoleParts = {
    ...found,
    collection: found.collection,
    entryPoint,
    ownDefaults: await readRoleVariables(
      { ...file, folder: 'defaults', from: entry.from.defaults },
      mistakes,
    ),
    ownVars: await readRoleVariables({ ...file, folder: 'vars', from: entry.from.vars }, mistakes),
    entryVars: entry.vars,
    entryParams: entry.params,
    parents,
    includers:
      entry.includer === undefined
        ? (parent?.includers ?? [])
        : [entry.includer, ...entry.includer.includers],
    allowDuplicates: entry.allowDuplicates ?? meta.allowDuplicates,
    key: keyOf(entry, path),
  }
  const inherited = within(context.inherited, entry.inherited)
  const before: ReadRole[] = []
  let complete = true
  for (const node of meta.dependencies?.items ?? []) {
    const dependency = readDependency(node, { ...context, inherited })
    const read = dependency && (await readRole(dependency, { ...context, inherited }, [...parents, parts]))
    if (read === undefined) complete = false
    else before.push(read)
  }
  const role = makeRole(
    parts,
    before.map((each) => each.role),
  )
  const own = { ...context, inherited, role, importing: [] }
  const tasks = await tasksOf({ ...file, folder: 'tasks', from: entry.from.tasks }, own)
  const handlers = await tasksOf(
    { ...file, folder: 'handlers', from: entry.from.handlers },
    { ...own, where: 'handler' },
  )
  const spec = entry.validates ? meta.argumentSpecs.get(entryPoint) : undefined
  const check = spec === undefined ? [] : [validationTask(spec, own, entry.position)]
  const block: Block = {
    kind: 'block',
    role,
    position: entry.position,
    block: [...check, ...tasks.entries],
    rescue: [],
    always: [],
  }
  return {
    role,
    entries: [...before.flatMap(({ entries }) => entries), block],
    handlers: [...before.flatMap((each) => each.handlers), tasksIn(handlers.entries)],
    complete: complete && tasks.complete && handlers.complete && before.every((each) => each.complete),
  }
}

async function tasksOf(
  file: Parameters<typeof needRoleFile>[0],
  context: TaskListContext,
): Promise<{ entries: readonly Entry[]; complete: boolean }> {
  const path = await needRoleFile(file, context.mistakes)
  return path === undefined ? { entries: [], complete: file.from === undefined } : readTaskFile(path, context)
}

/** Two entries that mean the same have the same key (measured: name, path, parameters, conditions, tags, files). */
function keyOf({ name, inherited, vars, params, from, allowDuplicates }: RoleEntry, path: string): string {
  const comparable = (value: unknown): unknown => {
    if (value instanceof TemplateText) return ['template', value.source]
    // Inspected, all Secrets look the same.
    if (value instanceof Secret) return ['secret', revealText(value)]
    if (value instanceof Map) return [...value].map(([key, item]) => [key, comparable(item)])
    return Array.isArray(value) ? value.map(comparable) : value
  }
  const when = inherited.when.map(({ test }) => comparable(test))
  const parts = [
    name,
    path,
    comparable(params),
    when,
    inherited.tags,
    from,
    comparable(vars),
    allowDuplicates === undefined,
  ]
  return inspect(parts, { depth: null, maxArrayLength: null, maxStringLength: null })
}
