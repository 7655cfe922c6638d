import { dumpJson } from '../template/python/formats/json-dump.ts'
import { compareText } from '../template/python/ordering.ts'
import { str } from '../template/python/text/repr.ts'
import { EncryptedValue } from '../values/encrypted.ts'
import { mergeDicts } from '../values/merge-dicts.ts'
import { Secret } from '../values/secret.ts'
import { hasTemplateMarks, TemplateText } from '../values/template-text.ts'
import { type Dict, dict, type Key, type Value } from '../values/value.ts'
import type { Group, Inventory } from './inventory.ts'
import { hostsOf } from './members.ts'
import { MAGIC_NAMES } from './variables/magic-names.ts'
import type { VariableFiles } from './variables/variable-files.ts'

type Variables = ReadonlyMap<string, Value>

interface Listing {
  readonly inventory: Inventory
  readonly variables: VariableFiles
  /** Laid over the variables of every host. */
  readonly extra: Variables
  /** Dicts are merged, `hash_behaviour = merge`. */
  readonly merge?: boolean
}

/**
 * The whole inventory in the shape of `ansible-inventory --list`: a key a group that has hosts or children, and
 * `_meta.hostvars` with the variables of hosts that have any, templates unevaluated and secrets hidden.
 * @param kept names of the hosts to list; all when undefined
 */
export function inventoryList(listing: Listing, kept?: ReadonlySet<string>): Dict {
  return list(listing, kept, (name) => markedComposed(listing, name, hostVariables(listing, name)), undefined)
}

/**
 * The same as `--list --export` gives it: variables of groups stay with their groups, and those of hosts are their own.
 * `listing.variables` are those of the inventory alone, without the playbook's.
 */
export function inventoryExport(listing: Listing, kept?: ReadonlySet<string>): Dict {
  return list(
    listing,
    kept,
    (name) => markedComposed(listing, name, listing.variables.ownOf(name)),
    (group) => groupVariables(listing, group),
  )
}

function list(
  { inventory }: Listing,
  kept: ReadonlySet<string> | undefined,
  hostVars: (name: string) => Variables,
  groupVars: ((group: Group) => Variables) | undefined,
): Dict {
  const isKept = (name: string) => kept === undefined || kept.has(name)
  const result: Dict = new Map()
  for (const group of inventory.groups.values()) {
    const hosts = group.name === 'all' ? [] : group.hosts.filter(isKept)
    const variables = groupVars?.(group)
    const body: Dict = new Map()
    if (hosts.length > 0) body.set('hosts', hosts)
    if (group.children.length > 0) body.set('children', [...group.children])
    if (variables !== undefined && variables.size > 0) body.set('vars', listedAll(variables, true))
    if (body.size > 0) result.set(group.name, body)
  }
  const hostvars: Dict = new Map()
  for (const name of hostsOf(inventory, 'all').filter(isKept)) {
    const variables = hostVars(name)
    if (variables.size > 0) hostvars.set(name, listedAll(variables, true))
  }
  result.set('_meta', dict({ hostvars, profile: 'inventory_legacy' }))
  return result
}

/** The variables of one host in the shape of `ansible-inventory --host`. @throws InputError for an unknown host */
export function inventoryHost(listing: Listing, name: string): Dict {
  return listedAll(hostVariables(listing, name), false)
}

/** JSON as `ansible-inventory` prints it: keys in order, four blanks a level, `25.0` as it is. */
export function listingJson(value: Dict): string {
  return dumpJson(value, { indent: 4, sortKeys: true, ensureAscii: false, separators: [',', ': '] })
}

/** The tree of groups and hosts as `ansible-inventory --graph` draws it; with variables in braces when asked for. */
export function inventoryGraph(listing: Listing, root = 'all', withVariables = false): string {
  const lines: string[] = []
  const line = (depth: number, text: string) =>
    lines.push(depth === 0 ? text : `${'  |'.repeat(depth)}--${text}`)
  const show = (variables: Variables, depth: number) => {
    if (!withVariables) return
    const entries = [...variables].sort(([left], [right]) => compareText(left, right))
    for (const [name, value] of entries) line(depth, `{${name} = ${str(shown(value))}}`)
  }
  const draw = (name: string, depth: number) => {
    const group = listing.inventory.groups.get(name)!
    line(depth, `@${name}:`)
    for (const child of group.children) draw(child, depth + 1)
    for (const host of name === 'all' ? [] : group.hosts) {
      line(depth + 1, host)
      show(hostVariables(listing, host), depth + 2)
    }
    show(groupVariables(listing, group), depth + 1)
  }
  draw(root, 0)
  return lines.join('\n')
}

/** What is set for a group itself, with its priority unless it is the usual one. */
function groupVariables({ variables }: Listing, group: Group): Map<string, Value> {
  const own = variables.forGroup(group.name)
  if (group.priority !== 1) own.set('ansible_group_priority', group.priority)
  return own
}

function hostVariables({ variables, extra, merge }: Listing, name: string): Map<string, Value> {
  const result = variables.forHost(name)
  for (const [key, value] of extra)
    result.set(key, merge === true ? mergeDicts(result.get(key), value) : value)
  for (const magic of MAGIC_NAMES) result.delete(magic)
  return result
}

/** Texts that a plugin made are no templates, and Ansible lists them so, with or without marks in them. */
function markedComposed({ inventory }: Listing, name: string, variables: Map<string, Value>): Variables {
  const host = inventory.hosts.get(name)
  if (host === undefined || host.composed.size === 0) return variables
  return new Map(
    [...variables].map(([variable, value]) => {
      const composed = host.composed.has(variable) && value === host.vars.get(variable)
      return [variable, composed ? unsafeTexts(value) : value]
    }),
  )
}

function unsafeTexts(value: Value): Value {
  if (typeof value === 'string') return dict({ __ansible_unsafe: new TemplateText(value) })
  if (Array.isArray(value)) return value.map(unsafeTexts)
  return value instanceof Map ? new Map([...value].map(([key, item]) => [key, unsafeTexts(item)])) : value
}

function listedAll(variables: ReadonlyMap<Key, Value>, markUnsafe: boolean): Dict {
  // Keys in JSON are text; sorting needs them alike.
  return new Map([...variables].map(([name, value]) => [keyText(name), listed(value, markUnsafe)]))
}

function keyText(key: Key): string {
  return typeof key === 'string' ? key : key === null ? 'null' : String(key)
}

/** A value as text may show it: secrets hidden, templates as they are written. */
function shown(value: Value): Value {
  if (value instanceof Secret) return value.toString()
  if (value instanceof TemplateText) return value.shown()
  if (Array.isArray(value)) return value.map(shown)
  return value instanceof Map ? new Map([...value].map(([key, item]) => [key, shown(item)])) : value
}

/** A value as Ansible lists it: encrypted text, and in `--list` text that is never a template, as objects. */
function listed(value: Value, markUnsafe: boolean): Value {
  if (value instanceof EncryptedValue) return dict({ __ansible_vault: value.ciphertext })
  if (Array.isArray(value)) return value.map((item) => listed(item, markUnsafe))
  if (value instanceof Map) return listedAll(value, markUnsafe)
  if (markUnsafe && typeof value === 'string' && hasTemplateMarks(value))
    return dict({ __ansible_unsafe: value })
  return shown(value)
}
