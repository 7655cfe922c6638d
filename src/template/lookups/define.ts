import type { Value } from '../../values/value.ts'
import type { Evaluation } from '../evaluator/evaluation.ts'
import type { Operand } from '../operand.ts'

/**
 * A lookup: finds data on the controller. Terms and options hold no secrets and nothing lazy. What it finds is data
 * and never a template.
 */
export interface Lookup {
  /** The options it obeys. */
  readonly options: readonly string[]
  /** Options of Ansible's that it cannot obey, each with what to do instead. */
  readonly refused?: Readonly<Record<string, string>>
  run(
    terms: readonly Value[],
    options: ReadonlyMap<string, Value>,
    evaluation: Evaluation,
  ): readonly Operand[]
}

export type Lookups = Readonly<Record<string, Lookup>>

/** A lookup without options. */
export function plainLookup(run: Lookup['run']): Lookup {
  return { options: [], run }
}
