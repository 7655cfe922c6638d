import type { Position } from '../../values/position.ts'
import { InputError, type Problem } from '../../values/problem.ts'
import type { Value } from '../../values/value.ts'
import type { Inventory } from '../inventory.ts'
import { findHost } from '../localhost.ts'
import { groupsOf } from '../members.ts'
import { FolderReader, type Layer } from '../sources/folder-reader.ts'
import { noVariables, type Variables } from './variables.ts'

/** The variables of an inventory and of the files beside it and beside the playbook. */
export interface VariableFiles {
  /**
   * A host's variables, templates unevaluated: levels 2 to 13 of Ansible's precedence, from `vars` of `all` in the
   * inventory up to the playbook's `host_vars`. Play variables and all above go on top.
   * @throws InputError for a name that the inventory does not have
   */
  forHost(name: string): Map<string, Value>
  /** What is set for a group itself, in the inventory and in the files, without what it inherits. */
  forGroup(name: string): Map<string, Value>
  /** What is set for a host itself, in the inventory and in `host_vars`, without what its groups give it. */
  ownOf(name: string): Map<string, Value>
  /** Where the value of a host's variable is written. */
  positionOf(name: string, variable: string): Position | undefined
  readonly warnings: readonly Problem[]
  /**
   * Reads the files of hosts and groups that the inventory does not have yet.
   * @throws InputError with the mistakes of those files
   */
  learn(names: {
    readonly hosts: ReadonlyMap<string, unknown>
    readonly groups: ReadonlyMap<string, unknown>
  }): Promise<void>
  /** The same for an inventory that has grown. */
  of(inventory: Inventory): VariableFiles
}

/**
 * Reads the `group_vars` and `host_vars` of an inventory: beside each source and, when named, beside the playbook.
 * All files that concern a group or host of the inventory are read now, so that their mistakes show before any work.
 * @param options `merge`: dicts are merged, `hash_behaviour = merge`
 * @throws InputError with the mistakes of all files
 */
export async function readVariables(
  inventory: Inventory,
  options: { readonly playbookDirectory?: string; readonly merge?: boolean } = {},
): Promise<VariableFiles> {
  const merge = options.merge === true
  const read = async (names: Pick<Inventory, 'hosts' | 'groups'>) => {
    const reader = new FolderReader(names, merge)
    const layers: Layer[] = []
    for (const directory of inventory.directories) layers.push(await reader.read(directory))
    const { playbookDirectory } = options
    const playbook = playbookDirectory === undefined ? undefined : await reader.read(playbookDirectory)
    if (reader.problems.length > 0) throw new InputError(reader.problems)
    return { layers, playbook, warnings: reader.warnings }
  }
  return layeredFiles(inventory, await read(inventory), merge, read)
}

/** What the folders hold. */
interface Folders {
  /** A layer for each source. */
  readonly layers: readonly Layer[]
  readonly playbook: Layer | undefined
  readonly warnings: readonly Problem[]
}

function layeredFiles(
  inventory: Inventory,
  { layers, playbook, warnings }: Folders,
  merge: boolean,
  read: (names: Pick<Inventory, 'hosts' | 'groups'>) => Promise<Folders>,
): VariableFiles {
  const cache = new Map<string, Variables>()
  const variablesOf = (name: string): Variables => {
    let variables = cache.get(name)
    if (variables === undefined) {
      variables = layered(inventory, name, layers, playbook, merge)
      cache.set(name, variables)
    }
    return variables
  }
  return {
    forHost: (name) => new Map(variablesOf(name).values),
    forGroup: (name) => {
      const group = inventory.groups.get(name)!
      const result = noVariables(merge)
      lay(result, { values: group.vars, positions: group.varPositions })
      for (const layer of playbook === undefined ? layers : [...layers, playbook])
        lay(result, layer.groups.get(name))
      return result.values
    },
    ownOf: (name) => {
      const host = findHost(inventory, name)!
      const result = noVariables(merge)
      lay(result, { values: host.vars, positions: host.varPositions })
      for (const layer of playbook === undefined ? layers : [...layers, playbook])
        lay(result, layer.hosts.get(host.name))
      return result.values
    },
    positionOf: (name, variable) => variablesOf(name).positions.get(variable),
    warnings,
    async learn(names) {
      const more = await read(names as typeof inventory)
      for (const [at, layer] of [...layers, playbook].entries())
        for (const kind of ['groups', 'hosts'] as const)
          for (const [name, variables] of [...more.layers, more.playbook][at]?.[kind] ?? [])
            if (layer?.[kind].has(name) === false) layer[kind].set(name, variables)
    },
    of: (next) => layeredFiles(next, { layers, playbook, warnings: [] }, merge, read),
  }
}

/** Lays all places over each other, lowest precedence first (facts: Ansible's table, measured). */
function layered(
  inventory: Inventory,
  name: string,
  sources: readonly Layer[],
  playbook: Layer | undefined,
  merge: boolean,
): Variables {
  const host = findHost(inventory, name)
  if (host === undefined) throw new InputError([{ message: `the inventory has no host ${name}` }])
  const all = inventory.groups.get('all')!
  const groups = groupsOf(inventory, host)
  const playbooks = playbook === undefined ? [] : [playbook]
  const result = noVariables(merge)
  for (const group of [all, ...groups]) lay(result, { values: group.vars, positions: group.varPositions })
  for (const layer of [...sources, ...playbooks]) lay(result, layer.groups.get('all'))
  // Source by source, groups inside: a parent in a later source beats a child in an earlier one.
  for (const layer of [...sources, ...playbooks]) {
    for (const group of groups) lay(result, layer.groups.get(group.name))
  }
  lay(result, { values: host.vars, positions: host.varPositions })
  for (const layer of [...sources, ...playbooks]) lay(result, layer.hosts.get(host.name))
  return result
}

interface ReadableVariables {
  readonly values: ReadonlyMap<string, Value>
  readonly positions: ReadonlyMap<string, Position>
}

function lay(onto: Variables, from: ReadableVariables | undefined): void {
  if (from === undefined) return
  for (const [name, value] of from.values) {
    onto.values.set(name, value)
    const position = from.positions.get(name)
    if (position === undefined) onto.positions.delete(name)
    else onto.positions.set(name, position)
  }
}
