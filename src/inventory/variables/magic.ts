import { isIP } from 'node:net'
import { compareText } from '../../template/python/ordering.ts'
import type { Value } from '../../values/value.ts'
import type { Host, Inventory } from '../inventory.ts'
import { groupsOf, hostsOf } from '../members.ts'

/**
 * What an inventory says about a host by itself: `inventory_hostname`, `inventory_hostname_short`, `group_names`,
 * `groups`, and for hosts read from a file `inventory_file` and `inventory_dir`, both absolute. They stand above the
 * variables of inventories and variable files.
 */
export function magicVariables(inventory: Inventory, host: Host): Map<string, Value> {
  const names = groupsOf(inventory, host).map((group) => group.name)
  const magic = new Map<string, Value>([
    ['inventory_hostname', host.name],
    ['inventory_hostname_short', shortName(host.name)],
    ['group_names', names.sort(compareText)],
    ['groups', groupsDict(inventory)],
  ])
  if (host.file !== undefined) magic.set('inventory_file', host.file)
  if (host.directory !== undefined) magic.set('inventory_dir', host.directory)
  return magic
}

function shortName(name: string): string {
  return isIP(name) === 0 ? name.split('.', 1)[0]! : name
}

const GROUPS = new WeakMap<Inventory, Map<string, Value>>()

/** Group -> names of its hosts; one dict for all hosts of an inventory. */
function groupsDict(inventory: Inventory): Map<string, Value> {
  let groups = GROUPS.get(inventory)
  if (groups === undefined) {
    groups = new Map([...inventory.groups.keys()].map((name) => [name, hostsOf(inventory, name)]))
    GROUPS.set(inventory, groups)
  }
  return groups
}
