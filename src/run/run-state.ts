import type { Connection, ConnectionSettings } from '../connection/connection.ts'
import type { ConnectionKind } from '../connection/settings/settings.ts'
import type { Fleet } from '../inventory/fleet.ts'
import type { RunContext } from '../modules/module.ts'
import type { TemplateHome } from '../template/api.ts'
import type { Masker } from '../values/masking/masker.ts'
import type { Position } from '../values/position.ts'
import type { Secret } from '../values/secret.ts'
import type { Value } from '../values/value.ts'
import type { Progress } from './batch/progress.ts'
import { BEHIND_ALL, type Turn } from './batch/turn.ts'
import type { Stepping } from './host/flow/stepping.ts'
import type { Failure, Recap, RunEvent } from './record/events.ts'
import type { Resumed } from './resume/resumed.ts'
import type { StepLog } from './resume/step-log.ts'
import type { PlaybookFiles } from './scope/controller-files.ts'
import type { Gathering } from './scope/facts.ts'
import { HostFacts } from './scope/host-facts.ts'
import type { PlayHomes } from './scope/play-homes.ts'

/** What the user asked for. */
export interface RunOptions {
  readonly mode: 'apply' | 'plan'
  readonly check: boolean
  readonly diff: boolean
  /** Hosts worked on at once. */
  readonly forks: number
  readonly limit: string | undefined
  readonly tags: readonly string[]
  readonly skipTags: readonly string[]
  /** The name of the first task, or a pattern of it. */
  readonly startAtTask?: string | undefined
  /** A person is asked before each task. */
  readonly step?: boolean | undefined
  readonly user: string | undefined
  readonly privateKeyFile: string | undefined
  readonly becomePassword: Secret | undefined
  readonly acceptNewHostKeys: boolean
  /** Waves are approved beforehand. */
  readonly approve?: boolean
  /** Connection of hosts whose variables do not name one. */
  readonly connection: ConnectionKind
  /** Settings of ansible.cfg and its environment, by the names of the variables that beat them. */
  readonly settings?: ReadonlyMap<string, Value>
  /** What becomes of dicts that are set in several places; replaced unless ansible.cfg says otherwise. */
  readonly hashBehaviour?: 'replace' | 'merge' | undefined
  /** Whether plays gather facts that do not say so: yes, no, or of hosts that have none yet. */
  readonly gathering?: 'implicit' | 'explicit' | 'smart' | undefined
  readonly verbosity: number
  /** The inventory's sources; absolute where they are files. */
  readonly inventorySources: readonly string[]
  /** The ansible.cfg that was read. */
  readonly configFile: string | undefined
}

/** A host through the whole run. */
export interface HostState {
  readonly name: string
  /** Results and facts that tasks set; they last over plays. */
  readonly facts: HostFacts
  /** Facts as modules found them, under the names that they have as variables. They lose to the variables of plays. */
  readonly gathered: HostFacts
  /** How facts that no one has asked for yet are had; undefined where no play gathers them. */
  gathering: Gathering | undefined
  /** What include_vars has read, below results and facts. */
  readonly included: HostFacts
  /** From the inventory and the variable folders, read when the host is first in a play. */
  variables: ReadonlyMap<string, Value> | undefined
  /** It was a host of some play; others were only delegated to. */
  inPlay: boolean
  /** Set when the host is out: it takes no part in later plays. */
  gone: 'failed' | 'unreachable' | 'cancelled' | undefined
  /** The position at which it left. */
  goneAt: Turn
  readonly recap: Recap
  connection: Connection | undefined
}

/** A host as it is without what its tasks have found and set. */
export function withoutResults(host: HostState): HostState {
  return { ...host, facts: new HostFacts(), gathered: new HostFacts(), gathering: undefined }
}

/** A host at the beginning of a run: nothing is known of it. @param name its inventory_hostname */
export function newHost(name: string): HostState {
  return {
    name,
    facts: new HostFacts(),
    gathered: new HostFacts(),
    gathering: undefined,
    included: new HostFacts(),
    variables: undefined,
    inPlay: false,
    gone: undefined,
    goneAt: BEHIND_ALL,
    recap: { ok: 0, changed: 0, unreachable: 0, failed: 0, skipped: 0, rescued: 0, ignored: 0 },
    connection: undefined,
  }
}

/** Everything a run shares. */
export interface RunState {
  readonly options: RunOptions
  /** The inventory with its variables; tasks may add to it. */
  readonly fleet: Fleet
  readonly hosts: Map<string, HostState>
  readonly extraVars: ReadonlyMap<string, Value>
  /** Files and templates beside the playbook; of a play in another folder see {@link forPlay}. */
  readonly files: PlaybookFiles
  readonly home: TemplateHome
  readonly homes: PlayHomes
  /** Tasks are looked at ahead of their turn: nothing may be done that could be seen. */
  readonly isAhead?: true
  readonly context: RunContext
  /** Where the steps are recorded; undefined for a run that changes nothing. */
  readonly steps: StepLog | undefined
  /** The run that this one goes on with. */
  readonly resumed: Resumed | undefined
  readonly masker: Masker
  /** Whether probes of later tasks are guessed and asked ahead. */
  readonly prefetch: boolean
  /** How far the hosts of the running batch have come. */
  readonly progress: Progress
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
  readonly failures: Failure[]
  readonly stepping: Stepping | undefined
  /** Jobs on hosts whose end nobody has seen, by their names. */
  readonly jobs: Map<string, string>
  emit(event: RunEvent): void
  /** The host of that name, made when it is first needed. */
  hostState(name: string): HostState
  /** Variables of the inventory and its folders for a host, magic names included. */
  hostVariables(name: string): ReadonlyMap<string, Value>
  /** Where a variable of the inventory or its folders is written, for messages. */
  variablePlace(host: string, variable: string): Position | undefined
  connect(settings: ConnectionSettings, signal: AbortSignal): Promise<Connection>
}
