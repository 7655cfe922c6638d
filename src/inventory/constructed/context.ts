import { InputError } from '../../values/problem.ts'
import type { Value } from '../../values/value.ts'
import type { InventoryBuilder } from '../builder.ts'
import { allGroupsOf } from '../members.ts'
import { FolderReader, type Layer } from '../sources/folder-reader.ts'
import { magicVariables } from '../variables/magic.ts'

/** The variables of hosts while sources are still read. */
export interface VariablesSoFar {
  /** Undefined when the host has no such variable. */
  of(host: string, name: string): Value | undefined
}

/** What constructed knows of magic variables. */
const MAGIC = [
  'inventory_hostname',
  'inventory_hostname_short',
  'group_names',
  'inventory_file',
  'inventory_dir',
]

/**
 * The variables that hosts have from the sources so far: those of their groups, in which `all` only is one that contains
 * them by name, then their own, and with `directories` those of `group_vars` and `host_vars` there.
 */
export async function hostsSoFar(
  builder: InventoryBuilder,
  directories: readonly string[],
): Promise<VariablesSoFar> {
  const inventory = builder.soFar()
  const reader = new FolderReader(inventory, false)
  const layers: Layer[] = []
  for (const directory of new Set(directories)) layers.push(await reader.read(directory))
  if (reader.problems.length > 0) throw new InputError(reader.problems)
  const known = new Map<string, Map<string, Value>>()
  const base = (name: string): Map<string, Value> => {
    let variables = known.get(name)
    if (variables !== undefined) return variables
    const host = inventory.hosts.get(name)!
    const groups = allGroupsOf(inventory, host)
    const parts = [
      ...groups.map((group) => group.vars),
      ...layers.flatMap((layer) => groups.map((group) => layer.groups.get(group.name)?.values)),
    ]
    variables = new Map(parts.flatMap((part) => [...(part ?? [])]))
    known.clear()
    known.set(name, variables)
    return variables
  }
  return {
    of(host, name) {
      for (const layer of layers.toReversed()) {
        const value = layer.hosts.get(host)?.values.get(name)
        if (value !== undefined) return value
      }
      if (MAGIC.includes(name)) return magicVariables(inventory, inventory.hosts.get(host)!).get(name)
      // What was composed a moment ago is among the host's own.
      return builder.variablesOf(host).values.get(name) ?? base(host).get(name)
    },
  }
}
