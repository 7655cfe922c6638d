import type { Connection, ConnectionSettings } from '../connection/connection.ts'
import type { AskPerson } from '../connection/keys/dialogue.ts'
import type { AskPassphrase } from '../connection/keys/private-keys.ts'
import type { Fleet } from '../inventory/fleet.ts'
import type { Inventory } from '../inventory/inventory.ts'
import type { Uncertain } from '../playbook/mistakes.ts'
import type { Playbook } from '../playbook/playbook.ts'
import type { Problem } from '../values/problem.ts'
import type { Value } from '../values/value.ts'
import type { PlannedPlay } from './batch/plan-play.ts'
import type { LockOptions } from './lock/run-lock.ts'
import type { AskVariable } from './preflight/answer-prompts.ts'
import type { Failure, Listener } from './record/events.ts'
import type { Resumed } from './resume/resumed.ts'
import type { Origin } from './resume/step-entry.ts'
import type { HostState, RunOptions } from './run-state.ts'

/** What a run needs from outside. */
export interface RunInput {
  readonly playbook: Playbook
  readonly fleet: Fleet
  readonly extraVars: ReadonlyMap<string, Value>
  /** Mistakes of the playbook that were found when it was read; what was read is checked as well, and all is told. */
  readonly mistakes?: readonly Problem[]
  /** What they leave uncertain; unless given, everything. */
  readonly uncertain?: Uncertain
  /** Warnings: what is unusual in the input and no reason to refuse it. */
  readonly warnings: readonly Problem[]
  readonly options: RunOptions
  /** muster's state folder; journals go below it. Undefined: no journal (plan). */
  readonly stateFolder: string | undefined
  /** What was asked for, so that another run can go on with this one. */
  readonly origin?: Origin
  /** How it is kept apart from other runs; undefined: not at all. */
  readonly lock?: LockOptions | undefined
  /** The run to go on with. */
  readonly resumed?: Resumed | undefined
  readonly signal: AbortSignal
  readonly listen: Listener
  /** Asks for the passphrase of a key; without it, keys that need one cannot be used. */
  readonly askPassphrase?: AskPassphrase
  /** Asks what hosts ask when they let a user in: one-time codes. */
  readonly askPerson?: AskPerson
  /** Asks for variables of `vars_prompt`; without it only defaults are taken. */
  readonly askVariable?: AskVariable
  /** Is told the plays once everything was checked, instead of running them. AWS is not asked who we are then. */
  readonly checked?: (plays: readonly PlannedPlay[]) => void
  /** For tests: false asks every probe at its task's turn, as if nothing could be guessed. */
  readonly prefetch?: boolean
  /** For tests. */
  readonly connect?: (settings: ConnectionSettings, signal: AbortSignal) => Promise<Connection>
}

/** How a run ended. */
export interface RunResult {
  readonly exitCode: number
  readonly failures: readonly Failure[]
  readonly hosts: ReadonlyMap<string, HostState>
  readonly inventory: Inventory
}
