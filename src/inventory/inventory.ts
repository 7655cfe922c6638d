import type { Position } from '../values/position.ts'
import type { Problem } from '../values/problem.ts'
import type { Value } from '../values/value.ts'

/** A read inventory: immutable; narrowing gives a copy. */
export interface Inventory {
  /** All hosts in first-mention order. */
  readonly hosts: ReadonlyMap<string, Host>
  /** All groups, `all` and `ungrouped` among them. */
  readonly groups: ReadonlyMap<string, Group>
  /** Warnings: what is unusual and no reason to refuse. */
  readonly warnings: readonly Problem[]
  /** First source. */
  readonly file: string | undefined
  readonly directory: string | undefined
  /** Folders of the sources in their order, absolute: `group_vars` and `host_vars` are looked for in them. */
  readonly directories: readonly string[]
}

export interface Host {
  readonly name: string
  /** The host's own variables from the inventory file. */
  readonly vars: ReadonlyMap<string, Value>
  /** Where each of `vars` is written. */
  readonly varPositions: ReadonlyMap<string, Position>
  /** Names among `vars` whose values a plugin made: their texts are no templates, and are listed so. */
  readonly composed: ReadonlySet<string>
  /** Names of the groups the host is directly in. */
  readonly groups: readonly string[]
  readonly file: string | undefined
  readonly directory: string | undefined
  readonly position: Position | undefined
  /** Only the implicit localhost: connection local, not in `all`. */
  readonly implicit: boolean
}

export interface Group {
  readonly name: string
  readonly vars: ReadonlyMap<string, Value>
  readonly varPositions: ReadonlyMap<string, Position>
  /** Names of the hosts directly in it. */
  readonly hosts: readonly string[]
  readonly children: readonly string[]
  readonly priority: number
  /** Longest path from `all`. */
  readonly depth: number
}
