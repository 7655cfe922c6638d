import { compareText } from '../template/python/ordering.ts'
import { breadthFirst } from './group-tree.ts'
import type { Group, Host, Inventory } from './inventory.ts'

/** Names of all hosts of a group and the groups below it: its own first, then level by level, each once. */
export function hostsOf(inventory: Inventory, group: string): string[] {
  const names = new Set<string>()
  for (const name of breadthFirst(group, (at) => inventory.groups.get(at)!.children)) {
    for (const host of inventory.groups.get(name)!.hosts) names.add(host)
  }
  return [...names]
}

/**
 * The groups a host is in, directly or not, `all` left out, in the order in which their variables are laid over each
 * other: by level, then `ansible_group_priority`, then name by code point. The last one wins.
 */
export function groupsOf(inventory: Inventory, host: Host): Group[] {
  return allGroupsOf(inventory, host).filter(({ name }) => name !== 'all')
}

/** The same with `all`, where a way leads to it. */
export function allGroupsOf(inventory: Inventory, host: Host): Group[] {
  const parents = parentsOf(inventory)
  const names = new Set(host.groups)
  for (const name of names) for (const parent of parents.get(name) ?? []) names.add(parent)
  return [...names].map((name) => inventory.groups.get(name)!).sort(byPrecedence)
}

function byPrecedence(left: Group, right: Group): number {
  return left.depth - right.depth || left.priority - right.priority || compareText(left.name, right.name)
}

const PARENTS = new WeakMap<Inventory, ReadonlyMap<string, readonly string[]>>()

/** Group -> groups that contain it directly; computed once an inventory, for it never changes. */
function parentsOf(inventory: Inventory): ReadonlyMap<string, readonly string[]> {
  let parents = PARENTS.get(inventory) as Map<string, string[]> | undefined
  if (parents !== undefined) return parents
  parents = new Map()
  for (const group of inventory.groups.values()) {
    for (const child of group.children) {
      const list = parents.get(child)
      if (list === undefined) parents.set(child, [group.name])
      else list.push(group.name)
    }
  }
  PARENTS.set(inventory, parents)
  return parents
}
