import type { FleetChanges, Joining, NewHost } from '../values/fleet-changes.ts'
import type { Position } from '../values/position.ts'
import { InputError } from '../values/problem.ts'
import type { Value } from '../values/value.ts'
import { Growth } from './growth.ts'
import type { Inventory } from './inventory.ts'
import { findHost } from './localhost.ts'
import { readHostName } from './patterns/host-name.ts'
import { magicVariables } from './variables/magic.ts'
import type { VariableFiles } from './variables/variable-files.ts'

/** A change that waits. */
interface Change {
  /** The host that joins a group. */
  readonly by: string | undefined
  readonly make: (growth: Growth) => boolean
}

/**
 * The inventory of a run with its variables. Hosts and groups that tasks add are kept aside until {@link commit}, when all
 * hosts of the batch stand behind the task: so nobody sees half of it.
 */
export class Fleet implements FleetChanges {
  #inventory: Inventory
  #files: VariableFiles
  /** Tells what of the changes that wait is new. */
  #growth: Growth | undefined
  #waiting: Change[] = []
  #known = new Map<string, ReadonlyMap<string, Value>>()
  #version = 0

  constructor(inventory: Inventory, files: VariableFiles) {
    this.#inventory = inventory
    this.#files = files
  }

  get inventory(): Inventory {
    return this.#inventory
  }

  /** Grows with each commit that brought something new. */
  get version(): number {
    return this.#version
  }

  /** A host's variables from the inventory and its folders, magic names included. Remembered: every template asks for them. */
  variables(name: string): ReadonlyMap<string, Value> {
    let known = this.#known.get(name)
    if (known === undefined) {
      const host = findHost(this.#inventory, name)
      known = new Map<string, Value>([
        // A task may be delegated to a host that no inventory knows.
        ...(host === undefined ? [['inventory_hostname', name] as const] : this.#files.forHost(name)),
        ...(host === undefined ? [] : magicVariables(this.#inventory, host)),
      ])
      this.#known.set(name, known)
    }
    return known
  }

  /** Where one of them is written. */
  placeOf(host: string, variable: string): Position | undefined {
    return findHost(this.#inventory, host) === undefined ? undefined : this.#files.positionOf(host, variable)
  }

  async addHost({ name: written, groups, vars }: NewHost) {
    const read = readHostName(written)
    if ('message' in read) throw new InputError([read])
    const [name, more] = read.names
    if (name === undefined || more !== undefined)
      throw new InputError([{ message: `add_host takes one host: ${written}`, hint: 'loop over the hosts' }])
    const all = new Map(vars)
    if (read.port !== undefined) all.set('ansible_ssh_port', read.port)
    const host = { name, groups, vars: all }
    const changed = await this.#grow({ by: undefined, make: (growth) => growth.addHost(host) })
    return { ...host, changed }
  }

  join(joining: Joining): Promise<boolean> {
    return this.#grow({ by: joining.host, make: (growth) => growth.join(joining) })
  }

  async #grow(change: Change): Promise<boolean> {
    this.#growth ??= new Growth(this.#inventory)
    const changed = change.make(this.#growth)
    this.#waiting.push(change)
    const names = this.#growth.takeNew()
    if (names.hosts.size + names.groups.size > 0) await this.#files.learn(names)
    return changed
  }

  /**
   * What was added is there from now on.
   * @param hosts those of the batch: what they did is done in their order, however they came
   */
  commit(hosts: readonly string[]): void {
    const waiting = this.#waiting.splice(0)
    if (this.#growth?.isChanged !== true) return
    const order = new Map(hosts.map((host, at) => [host, at]))
    const place = ({ by }: Change) => (by === undefined ? -1 : (order.get(by) ?? -1))
    const growth = new Growth(this.#inventory)
    for (const { make } of waiting.toSorted((one, other) => place(one) - place(other))) make(growth)
    this.#inventory = growth.inventory()
    this.#growth = undefined
    this.#files = this.#files.of(this.#inventory)
    this.#known = new Map()
    this.#version += 1
  }
}
