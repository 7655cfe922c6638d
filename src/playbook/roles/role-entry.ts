import { createEngine } from '../../template/engine.ts'
import { TemplateText } from '../../values/template-text.ts'
import type { Value } from '../../values/value.ts'
import type { YamlMap, YamlNode } from '../../yaml/node.ts'
import { toValue } from '../../yaml/to-value.ts'
import { Fields, fieldsOf, refuseKeyword } from '../fields.ts'
import { isKeyword } from '../keywords.ts'
import { knownIn, readInherited } from '../tasks/inherited.ts'
import { insteadOfKeyword } from '../tasks/not-yet.ts'
import type { TaskListContext } from '../tasks/task-list.ts'
import type { RoleEntry } from './read-role.ts'

const NO_VARIABLES: ReadonlyMap<string, Value> = new Map()

/** An entry of `roles`: a name, or a mapping with `role` or `name`; keys that are no keywords are parameters of the role. */
export function readRoleEntry(node: YamlNode, context: TaskListContext): RoleEntry | undefined {
  return readEntry(node, context, [])
}

/** An entry of a role's `dependencies`: what ansible-galaxy reads beside it (src, version) is not for a run. */
export function readDependency(node: YamlNode, context: TaskListContext): RoleEntry | undefined {
  return readEntry(node, context, ['src', 'scm', 'version'])
}

function readEntry(
  node: YamlNode,
  context: TaskListContext,
  forGalaxy: readonly string[],
): RoleEntry | undefined {
  const { mistakes } = context
  if (node.kind === 'map') return readMapping(node, context, forGalaxy)
  const name = node.kind === 'scalar' ? roleName(node, context) : undefined
  if (name === undefined || name.includes(',')) {
    mistakes.add(node.position, 'an entry of roles is the name of a role, or a mapping with `role`')
    return undefined
  }
  const nothing = { vars: NO_VARIABLES, when: [], tags: [], environment: [] }
  return {
    name,
    position: node.position,
    inherited: nothing,
    vars: NO_VARIABLES,
    params: NO_VARIABLES,
    from: {},
    validates: true,
  }
}

function readMapping(
  node: YamlMap,
  context: TaskListContext,
  forGalaxy: readonly string[],
): RoleEntry | undefined {
  const { mistakes, notified } = context
  const all = fieldsOf(node)
  const named = all.find(({ name }) => name === 'role') ?? all.find(({ name }) => name === 'name')
  const source = forGalaxy.length === 0 ? undefined : all.find(({ name }) => name === 'src')
  const name = roleName((named ?? source)?.value, context)
  if (name === undefined) {
    mistakes.add(node.position, 'role definitions must contain a role name', 'write `role: NAME`')
    return undefined
  }
  const params = new Map<string, Value>()
  const keywords = all.filter((field) => {
    if (field === named || forGalaxy.includes(field.name)) return false
    if (isKeyword(field.name, 'role')) return true
    if (insteadOfKeyword(field.name) !== undefined) {
      refuseKeyword(field.name, 'role', field.key.position, mistakes)
      return false
    }
    const value = toValue(field.value)
    mistakes.templates(value)
    params.set(field.name, value)
    return false
  })
  const inherited = readInherited(new Fields(keywords, mistakes), mistakes, notified, knownIn(context))
  return {
    // Of `src: https://host/user/role.git` the last part is the name.
    name: named === undefined ? name.replace(/^.*\//, '').replace(/(\.git|\.tar\.gz)$/, '') : name,
    position: (named ?? source)!.value.position,
    inherited: { ...inherited, vars: NO_VARIABLES },
    vars: inherited.vars,
    params,
    from: {},
    validates: true,
  }
}

function roleName(
  node: YamlNode | undefined,
  { known, directory, mistakes }: TaskListContext,
): string | undefined {
  if (node === undefined || node.kind !== 'scalar') return undefined
  const value = typeof node.value === 'number' ? node.raw : toValue(node)
  if (!(value instanceof TemplateText)) return typeof value === 'string' && value !== '' ? value : undefined
  try {
    const name = createEngine(known, { directory }).resolve(value)
    return typeof name === 'string' ? name : undefined
  } catch (error) {
    mistakes.add(
      node.position,
      (error as Error).message,
      'roles are read before the run: use extra variables or those of the play, or include_role',
    )
    return undefined
  }
}
