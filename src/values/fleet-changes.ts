import type { Value } from './value.ts'

/** A host that a task adds; of a host that there is the variables and groups are added. */
export interface NewHost {
  /** As it is written: perhaps with a port. */
  readonly name: string
  readonly groups: readonly string[]
  readonly vars: ReadonlyMap<string, Value>
}

/** A host that joins a group, which is made where there is none. */
export interface Joining {
  readonly host: string
  readonly group: string
  readonly parents: readonly string[]
}

/** How tasks add hosts and groups to the inventory of their run: there for all hosts when the task is done. */
export interface FleetChanges {
  /**
   * @returns the host as it was added, and whether anything of it is new
   * @throws InputError for a name that is none, and for the files of its variables
   */
  addHost(host: NewHost): Promise<NewHost & { readonly changed: boolean }>
  /**
   * @returns whether anything of it is new
   * @throws InputError for the files of its variables, and for a group that would contain itself
   */
  join(joining: Joining): Promise<boolean>
}
