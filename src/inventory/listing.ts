import { compareText } from '../template/python/ordering.ts'
import { str } from '../template/python/repr.ts'
import { EncryptedValue } from '../values/encrypted.ts'
import { type Plain, plain } from '../values/plain.ts'
import { Secret } from '../values/secret.ts'
import { hasTemplateMarks, TemplateText } from '../values/template-text.ts'
import type { Value } from '../values/value.ts'
import type { Inventory } from './inventory.ts'
import { MAGIC_NAMES } from './magic-names.ts'
import { hostsOf } from './members.ts'
import type { VariableFiles } from './variable-files.ts'

type Variables = ReadonlyMap<string, Value>

interface Listing {
  readonly inventory: Inventory
  readonly variables: VariableFiles
  /** Laid over the variables of every host. */
  readonly extra: Variables
}

/**
 * The whole inventory in the shape of `ansible-inventory --list`: a key a group that has hosts or children, and
 * `_meta.hostvars` with the variables of hosts that have any, templates unevaluated and secrets hidden.
 * @param kept names of the hosts to list; all when undefined
 */
export function inventoryList(listing: Listing, kept?: ReadonlySet<string>): { [name: string]: Plain } {
  const { inventory } = listing
  const isKept = (name: string) => kept === undefined || kept.has(name)
  const result: { [name: string]: Plain } = Object.create(null)
  for (const group of inventory.groups.values()) {
    const hosts = group.name === 'all' ? [] : group.hosts.filter(isKept)
    const body: { [name: string]: Plain } = {}
    if (hosts.length > 0) body['hosts'] = hosts
    if (group.children.length > 0) body['children'] = [...group.children]
    if (Object.keys(body).length > 0) result[group.name] = body
  }
  const hostvars: { [name: string]: Plain } = Object.create(null)
  for (const name of hostsOf(inventory, 'all').filter(isKept)) {
    const variables = hostVariables(listing, name)
    if (variables.size > 0) hostvars[name] = toObject(variables, true)
  }
  result['_meta'] = { hostvars, profile: 'inventory_legacy' }
  return result
}

/** The variables of one host in the shape of `ansible-inventory --host`. @throws InputError for an unknown host */
export function inventoryHost(listing: Listing, name: string): { [name: string]: Plain } {
  return toObject(hostVariables(listing, name), false)
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
    show(listing.variables.forGroup(name), depth + 1)
  }
  draw(root, 0)
  return lines.join('\n')
}

function hostVariables({ variables, extra }: Listing, name: string): Map<string, Value> {
  const result = new Map([...variables.forHost(name), ...extra])
  for (const magic of MAGIC_NAMES) result.delete(magic)
  return result
}

function toObject(variables: Variables, markUnsafe: boolean): { [name: string]: Plain } {
  const object: { [name: string]: Plain } = Object.create(null)
  for (const [name, value] of variables) object[name] = listed(value, markUnsafe)
  return object
}

/** A value as text may show it: secrets hidden, templates as they are written. */
function shown(value: Value): Value {
  if (value instanceof Secret) return value.toString()
  if (value instanceof TemplateText) return value.shown()
  if (Array.isArray(value)) return value.map(shown)
  return value instanceof Map ? new Map([...value].map(([key, item]) => [key, shown(item)])) : value
}

/** A value as Ansible lists it: encrypted text, and in `--list` text that is never a template, as objects. */
function listed(value: Value, markUnsafe: boolean): Plain {
  if (value instanceof EncryptedValue) return { __ansible_vault: value.ciphertext }
  if (Array.isArray(value)) return value.map((item) => listed(item, markUnsafe))
  if (value instanceof Map) {
    return toObject(new Map([...value].map(([key, item]) => [String(key), item])), markUnsafe)
  }
  if (markUnsafe && typeof value === 'string' && hasTemplateMarks(value)) return { __ansible_unsafe: value }
  return plain(value)
}
