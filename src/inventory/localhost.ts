import type { Host, Inventory } from './inventory.ts'

/** Names that mean the controller itself unless the inventory lists one of them. */
export const LOCAL_NAMES: readonly string[] = ['localhost', '127.0.0.1', '::1']

/**
 * The host of a name. `localhost`, `127.0.0.1` and `::1` lead to the one of them that the inventory lists, an
 * ordinary host; when it lists none, to the implicit host, which is reached without a connection and is in no group.
 */
export function findHost(inventory: Inventory, name: string): Host | undefined {
  const listed = inventory.hosts.get(name)
  if (listed !== undefined || !LOCAL_NAMES.includes(name)) return listed
  const other = LOCAL_NAMES.find((local) => inventory.hosts.has(local))
  return other === undefined ? implicitHost(name) : inventory.hosts.get(other)
}

function implicitHost(name: string): Host {
  return {
    name,
    vars: new Map([['ansible_connection', 'local']]),
    varPositions: new Map(),
    composed: new Set(),
    groups: [],
    file: undefined,
    directory: undefined,
    position: undefined,
    implicit: true,
  }
}
