import type { Value } from '../../values/value.ts'

/** A template asked ahead of its turn for a value that only the run can make. It passes through the engine untouched. */
export class UnknownValue extends Error {
  readonly variable: string

  constructor(variable: string) {
    super(`the value of '${variable}' does not exist yet`)
    this.name = 'UnknownValue'
    this.variable = variable
  }
}

/**
 * What is thought of a host's variables when tasks are looked at ahead of their turn, before the run or to guess which
 * probes they will need. Nothing of it is ever used when a task is done.
 */
export interface Foresight {
  /** Values that tasks before will probably have set. */
  readonly known: Map<string, Value>
  /** Names that will have a value which nobody can know yet. */
  readonly unknown: Set<string>
  /** Facts will be there that nobody can know yet. */
  readonly gathers?: boolean
  /** Names that any host may come to have, so that `hostvars` cannot tell of them yet. */
  readonly everywhere?: ReadonlySet<string>
}
