import type { Position } from '../values/position.ts'
import type { Problem } from '../values/problem.ts'
import type { Value } from '../values/value.ts'
import { depths, findLoop } from './group-tree.ts'
import type { Group, Host, Inventory } from './inventory.ts'
import { noVariables, type Variables } from './variables/variables.ts'

/** The file a host or group is read from. */
export interface Source {
  /** Absolute; undefined for a list of hosts on the command line. */
  readonly file: string | undefined
  readonly directory: string | undefined
}

interface OpenHost {
  readonly name: string
  readonly variables: Variables
  readonly composed: Set<string>
  readonly groups: Set<string>
  readonly source: Source
  readonly position: Position | undefined
}

interface OpenGroup {
  readonly name: string
  readonly variables: Variables
  readonly hosts: Set<string>
  readonly children: Set<string>
  priority: number
}

/** An inventory while its sources are read; all sources add to the same one. */
export class InventoryBuilder {
  readonly problems: Problem[] = []
  readonly warnings: Problem[] = []
  readonly #hosts = new Map<string, OpenHost>()
  readonly #groups = new Map<string, OpenGroup>()

  readonly #merge: boolean

  /** @param merge dicts that are set once more are merged (`hash_behaviour = merge`) */
  constructor(merge = false) {
    this.#merge = merge
    this.addGroup('all')
    this.addGroup('ungrouped')
    this.addChild('all', 'ungrouped', undefined)
  }

  /** The group of a name; a new one when it is named for the first time. */
  addGroup(name: string): { readonly variables: Variables } {
    let group = this.#groups.get(name)
    if (group === undefined) {
      group = {
        name,
        variables: noVariables(this.#merge),
        hosts: new Set(),
        children: new Set(),
        priority: 1,
      }
      this.#groups.set(name, group)
    }
    return group
  }

  /** Where variables of a known host belong: a group of the same name takes them, as in Ansible. */
  variablesOf(host: string): Variables {
    return (this.#groups.get(host) ?? this.#hosts.get(host)!).variables
  }

  /** Notes that a plugin made the value of a host's variable. */
  markComposed(host: string, variable: string): void {
    this.#hosts.get(host)!.composed.add(variable)
  }

  hasGroup(name: string): boolean {
    return this.#groups.has(name)
  }

  groupNames(): string[] {
    return [...this.#groups.keys()]
  }

  /** Names of the hosts so far, in first-mention order. */
  hostNames(): string[] {
    return [...this.#hosts.keys()]
  }

  setPriority(group: string, priority: number): void {
    this.#groups.get(group)!.priority = priority
  }

  /** Adds a known group below another. @returns a loop that this would close, as a problem at `position` */
  addChild(parent: string, child: string, position: Position | undefined): Problem | undefined {
    const children = this.#groups.get(parent)!.children
    children.add(child)
    const loop = findLoop(child, (name) => this.#groups.get(name)!.children)
    if (loop === undefined) return undefined
    children.delete(child)
    return {
      message: `the group ${child} contains itself: ${loop.join(' > ')}`,
      position,
      hint: 'take one of these groups out of the other',
    }
  }

  /**
   * Adds a host to a group. The port counts only when the host is named for the first time, as in Ansible.
   * @returns where variables written with the host belong: a group of the same name takes them, as in Ansible
   */
  addHost(
    name: string,
    group: string,
    source: Source,
    position: Position | undefined,
    port: number | undefined,
  ): { readonly variables: Variables } {
    let host = this.#hosts.get(name)
    if (host === undefined) {
      host = {
        name,
        variables: noVariables(this.#merge),
        composed: new Set(),
        groups: new Set(),
        source,
        position,
      }
      this.#hosts.set(name, host)
      if (port !== undefined) {
        const variables = this.variablesOf(name)
        variables.values.set('ansible_port', port)
        if (position !== undefined) variables.positions.set('ansible_port', position)
      }
    }
    host.groups.add(group)
    this.#groups.get(group)!.hosts.add(name)
    return { variables: this.variablesOf(name) }
  }

  /** The finished inventory, by Ansible's rules for `all` and `ungrouped`. */
  build(sources: readonly Source[]): Inventory {
    this.#attachGroups()
    this.#sortUngrouped()
    for (const name of this.#hosts.keys()) {
      if (this.#groups.has(name)) {
        this.warnings.push({
          message: `${name} is both a host and a group; as a pattern it means the host, and variables written with the host count for the whole group`,
          position: this.#hosts.get(name)?.position,
        })
      }
    }
    return this.#inventory(sources)
  }

  /** The hosts and groups of the sources so far, without what is only arranged at the end. */
  soFar(): Inventory {
    return this.#inventory([])
  }

  #inventory(sources: readonly Source[]): Inventory {
    const contained = new Set([...this.#groups.values()].flatMap((group) => [...group.children]))
    const roots = [...this.#groups.keys()].filter((name) => !contained.has(name))
    // No group is called nothing: above it are those that nobody contains, one level above the first.
    const depth = depths('', (name) => (name === '' ? roots : this.#groups.get(name)!.children))
    const hosts = new Map([...this.#hosts].map(([name, host]) => [name, closedHost(host)]))
    const groups = new Map(
      [...this.#groups].map(([name, group]) => [name, closedGroup(group, depth.get(name)! - 1)]),
    )
    const first = sources[0]
    return {
      hosts,
      groups,
      warnings: this.warnings,
      file: first?.file,
      directory: first?.directory,
      directories: sources.map((source) => source.directory).filter((path) => path !== undefined),
    }
  }

  /** Groups that nobody contains are children of `all`, behind its own ones. */
  #attachGroups(): void {
    const contained = new Set([...this.#groups.values()].flatMap((group) => [...group.children]))
    for (const name of this.#groups.keys()) {
      if (name !== 'all' && !contained.has(name)) this.#groups.get('all')!.children.add(name)
    }
  }

  /** A host is in `ungrouped` when `all` is its only other group, and only then. */
  #sortUngrouped(): void {
    const ungrouped = this.#groups.get('ungrouped')!.hosts
    for (const host of this.#hosts.values()) {
      const grouped = [...host.groups].some((name) => name !== 'all' && name !== 'ungrouped')
      if (grouped) {
        host.groups.delete('ungrouped')
        ungrouped.delete(host.name)
      } else {
        host.groups.add('ungrouped')
        ungrouped.add(host.name)
      }
    }
  }
}

function closedHost(host: OpenHost): Host {
  return {
    name: host.name,
    vars: host.variables.values as ReadonlyMap<string, Value>,
    varPositions: host.variables.positions,
    composed: host.composed,
    groups: [...host.groups],
    file: host.source.file,
    directory: host.source.directory,
    position: host.position,
    implicit: false,
  }
}

function closedGroup(group: OpenGroup, depth: number): Group {
  return {
    name: group.name,
    vars: group.variables.values,
    varPositions: group.variables.positions,
    hosts: [...group.hosts],
    children: [...group.children],
    priority: group.priority,
    depth,
  }
}
