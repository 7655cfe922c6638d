import { equals } from '../template/python/equality.ts'
import type { Joining, NewHost } from '../values/fleet-changes.ts'
import { InputError } from '../values/problem.ts'
import { Secret } from '../values/secret.ts'
import type { Value } from '../values/value.ts'
import { depths, findLoop } from './group-tree.ts'
import type { Group, Host, Inventory } from './inventory.ts'
import { findHost } from './localhost.ts'

interface OpenGroup extends Pick<Group, 'name' | 'vars' | 'varPositions' | 'priority'> {
  readonly hosts: Set<string>
  readonly children: Set<string>
}

/** Hosts and groups that are added to an inventory, by the rules by which Ansible adds them while it runs. */
export class Growth {
  readonly #before: Inventory
  readonly #hosts: Map<string, Host>
  readonly #groups: Map<string, OpenGroup>
  #new = { hosts: new Map<string, true>(), groups: new Map<string, true>() }
  isChanged = false

  constructor(inventory: Inventory) {
    this.#before = inventory
    this.#hosts = new Map(inventory.hosts)
    this.#groups = new Map(
      [...inventory.groups].map(([name, group]) => [
        name,
        { ...group, hosts: new Set(group.hosts), children: new Set(group.children) },
      ]),
    )
  }

  /** @returns whether the host, one of its groups or a value of its variables is new */
  addHost({ name, groups, vars }: NewHost): boolean {
    let changed = false
    let host = this.#hosts.get(name)
    if (host === undefined) {
      changed = true
      host = { ...NO_HOST, name }
      this.#new.hosts.set(name, true)
    }
    const isSet = [...vars].every(([key, value]) => isSame(host!.vars.get(key), value))
    if (!isSet) host = { ...host, vars: new Map([...host.vars, ...vars]) }
    this.#hosts.set(name, host)
    for (const group of groups) changed = this.#enter(name, group) || changed
    return this.#changes(changed || !isSet)
  }

  /**
   * @returns whether the group, one above it or the host in it is new
   * @throws InputError for a group that would contain itself
   */
  join({ host, group, parents }: Joining): boolean {
    const known = this.#hosts.get(host) ?? findHost(this.#before, host)
    if (known !== undefined) this.#hosts.set(known.name, known)
    this.#group(group)
    let changed = false
    for (const parent of parents) {
      const above = this.#group(parent).children
      if (above.has(group)) continue
      above.add(group)
      changed = true
      const loop = findLoop(group, (name) => this.#groups.get(name)!.children)
      if (loop === undefined) continue
      above.delete(group)
      throw new InputError([{ message: `the group ${group} would contain itself: ${loop.join(' > ')}` }])
    }
    return this.#changes(this.#enter(known?.name ?? host, group) || changed)
  }

  /** The hosts and groups that are new since this was last asked. */
  takeNew(): { readonly hosts: ReadonlyMap<string, true>; readonly groups: ReadonlyMap<string, true> } {
    const taken = this.#new
    this.#new = { hosts: new Map(), groups: new Map() }
    return taken
  }

  inventory(): Inventory {
    const all = this.#groups.get('all')!
    const contained = new Set([...this.#groups.values()].flatMap(({ children }) => [...children]))
    for (const name of this.#groups.keys()) if (name !== 'all' && !contained.has(name)) all.children.add(name)
    const ungrouped = this.#groups.get('ungrouped')!
    for (const host of this.#hosts.values()) {
      const isGrouped = host.groups.some((name) => name !== 'all' && name !== 'ungrouped')
      if (isGrouped === ungrouped.hosts.has(host.name)) this.#sort(host, isGrouped, ungrouped)
    }
    const depth = depths('all', (name) => this.#groups.get(name)!.children)
    const groups = [...this.#groups].map(([name, group]): [string, Group] => [
      name,
      {
        ...group,
        hosts: [...group.hosts],
        children: [...group.children],
        depth: depth.get(name) ?? 0,
      },
    ])
    return { ...this.#before, hosts: this.#hosts, groups: new Map(groups) }
  }

  #sort(host: Host, isGrouped: boolean, ungrouped: OpenGroup): void {
    // The implicit localhost is in no group.
    if (!isGrouped && host.implicit) return
    const others = host.groups.filter((name) => name !== 'ungrouped')
    if (isGrouped) ungrouped.hosts.delete(host.name)
    else ungrouped.hosts.add(host.name)
    this.#hosts.set(host.name, { ...host, groups: isGrouped ? others : [...others, 'ungrouped'] })
  }

  #group(name: string): OpenGroup {
    let group = this.#groups.get(name)
    if (group === undefined) {
      group = { ...NO_GROUP, name, hosts: new Set(), children: new Set() }
      this.#groups.set(name, group)
      this.#new.groups.set(name, true)
      this.isChanged = true
    }
    return group
  }

  #enter(name: string, group: string): boolean {
    const { hosts } = this.#group(group)
    const host = this.#hosts.get(name)
    if (host === undefined || hosts.has(name)) return false
    hosts.add(name)
    this.#hosts.set(name, { ...host, groups: [...host.groups, group] })
    return true
  }

  #changes(changed: boolean): boolean {
    this.isChanged ||= changed
    return changed
  }
}

const NO_HOST: Omit<Host, 'name'> = {
  vars: new Map(),
  varPositions: new Map(),
  composed: new Set(),
  groups: [],
  file: undefined,
  directory: undefined,
  position: undefined,
  implicit: false,
}

const NO_GROUP: Omit<OpenGroup, 'name' | 'hosts' | 'children'> = {
  vars: new Map(),
  varPositions: new Map(),
  priority: 1,
}

function isSame(one: Value | undefined, other: Value): boolean {
  if (one === undefined) return false
  if (one instanceof Secret) return other instanceof Secret && one.reveal() === other.reveal()
  return equals(one, other)
}
