import type { Position } from '../values/position.ts'
import type { Value } from '../values/value.ts'
import type { Rollout } from './plays/rollout.ts'
import type { VarsPrompt } from './plays/vars-prompt.ts'
import type { Role } from './roles/role.ts'
import type { ModuleDefaults } from './tasks/module-defaults.ts'

/** A checked playbook: every key known, every type right, every template parsed, with the place of each. */
export interface Playbook {
  readonly file: string
  readonly plays: readonly Play[]
}

/** `become` and its like; undefined where not written, so that the nearest one wins. */
export interface BecomeKeywords {
  readonly become?: Value
  readonly becomeUser?: Value
  readonly becomeMethod?: Value
  readonly becomeFlags?: Value
  readonly becomeExe?: Value
}

export interface Play extends BecomeKeywords {
  readonly name: Value | undefined
  readonly position: Position
  /** Pattern, or list of patterns; may hold templates (extra variables only). */
  readonly hosts: Value
  readonly hostsPosition: Position
  /** Name -> value, templates unevaluated. */
  readonly vars: ReadonlyMap<string, Value>
  readonly varsFiles: readonly { readonly value: Value; readonly position: Position }[]
  /** Asked for when the run begins. */
  readonly varsPrompt: readonly VarsPrompt[]
  /** Variables of them that nobody is asked for now, so that any value must be taken for possible. */
  readonly unanswered?: readonly string[]
  /** As written: number, text with %, or list of them; templates allowed. Undefined: one batch. */
  readonly serial: Value | undefined
  readonly maxFailPercentage: Value | undefined
  /** Waves instead of batches. */
  readonly rollout?: Rollout | undefined
  /** Tasks that undo a wave. */
  readonly rollback: readonly Entry[]
  readonly environment: Value | undefined
  readonly tags: readonly string[]
  readonly noLog: Value | undefined
  /** The folder of the file that it is written in, where its files and templates are looked for. Absolute. */
  readonly directory: string
  readonly remoteUser: Value | undefined
  /** Where the variables of hosts do not say one. */
  readonly port?: Value | undefined
  /** How hosts are reached whose variables do not say so. */
  readonly connection: Value | undefined
  readonly order: Value | undefined
  readonly strategy: Value | undefined
  readonly forceHandlers: Value | undefined
  /** Undefined where not written: as ansible.cfg says, yes without it. */
  readonly gatherFacts?: Value | undefined
  readonly gatherSubset?: Value | undefined
  /** Seconds. */
  readonly gatherTimeout?: Value | undefined
  readonly factPath?: Value | undefined
  /** Handlers that were notified run after each of the three lists. */
  readonly preTasks: readonly Entry[]
  readonly tasks: readonly Entry[]
  readonly postTasks: readonly Entry[]
  /** Those of roles first, a list for each; of two of one name in different lists the later one is meant. */
  readonly handlers: readonly (readonly Task[])[]
  /** Roles whose defaults and vars all tasks see. */
  readonly roles: readonly Role[]
}

export interface LoopControl {
  readonly loopVar: string
  readonly indexVar?: string
  readonly label?: Value
  /** Seconds between items. */
  readonly pause?: Value
  /** `ansible_loop` is set. */
  readonly extended?: Value
  /** Whether `ansible_loop` holds `allitems`; it does unless told otherwise. */
  readonly extendedAllItems?: Value
  /** Conditions that end the loop after an item. */
  readonly breakWhen?: readonly Value[]
}

/** What a list of tasks holds. */
export type Entry = Task | Block

/**
 * `block`, `rescue` and `always`. What the block hands down (conditions, tags, variables ...) is with its tasks already, so
 * that what is left of it is their order when one fails.
 */
export interface Block {
  readonly kind: 'block'
  /** The block is a role: it runs once a play unless it may be repeated. */
  readonly role?: Role
  readonly position: Position
  readonly block: readonly Entry[]
  readonly rescue: readonly Entry[]
  readonly always: readonly Entry[]
}

/** An expression without braces, or a boolean, and where it is written. */
export interface Condition {
  readonly test: Value
  readonly position: Position | undefined
}

/**
 * The keywords that plays, blocks and imports hand down to the tasks in them, and that tasks have themselves. Of those that
 * are optional the nearest wins; absent where nobody wrote it.
 */
export interface Inherited extends BecomeKeywords {
  /** Those further in win. */
  readonly vars: ReadonlyMap<string, Value>
  /** All must hold; those further out come first. Empty: always. */
  readonly when: readonly Condition[]
  /** Added up. */
  readonly tags: readonly string[]
  /** Those further in win, and come last. Without the play's own. */
  readonly environment: readonly Value[]
  /** Names; templates are evaluated when the task has changed something. */
  readonly notify?: readonly Value[]
  readonly noLog?: Value
  readonly ignoreErrors?: Value
  readonly checkMode?: Value
  /** Seconds. */
  readonly timeout?: Value
  readonly ignoreUnreachable?: Value
  readonly anyErrorsFatal?: Value
  readonly runOnce?: Value
  readonly delegateTo?: Value
  readonly delegateFacts?: Value
  readonly throttle?: Value
  readonly connection?: Value
  readonly remoteUser?: Value
  readonly port?: Value
  /** Whether differences are shown. */
  readonly diff?: Value
  /** Arguments for tasks of a module, by its short name. Those of a task are among its arguments already. */
  readonly moduleDefaults?: ModuleDefaults
}

/** What a task includes at its turn. */
export interface Include {
  /** `vars` of the include itself: in what it includes they win over results. */
  readonly vars: ReadonlyMap<string, Value>
  /**
   * Reads what its evaluated arguments name; once for the same names.
   * @throws InputError when it cannot be found, or for all mistakes in it
   */
  load(args: ReadonlyMap<string, Value>): Promise<Included>
  /** The same where the names can be known before the run and there were no mistakes. */
  readonly known?: Included
}

export interface Included {
  /** The file, or the role's name. */
  readonly name: string
  readonly entries: readonly Entry[]
  /** Handlers of roles, a list for each. */
  readonly handlers: readonly (readonly Task[])[]
  /** Roles whose defaults and vars the rest of the play sees. */
  readonly shared: readonly Role[]
}

export interface Task extends Inherited {
  readonly kind: 'task'
  /** Folders where its files and templates are looked for, the playbook's last. Absolute. */
  readonly search: readonly string[]
  readonly role?: Role
  readonly include?: Include
  /** It is an order to the run itself (`meta`), not to a module. */
  readonly directsRun: boolean
  /** All hosts of a batch meet at it, since it adds to the inventory. */
  readonly changesInventory?: 'once' | 'each'
  /** Unique in the play, in written order: `t1`, `t2`; `pre1`, `post1`, and `h1` for handlers. */
  readonly id: string
  readonly name: Value | undefined
  readonly position: Position
  /** Short name of a module in the registry. */
  readonly module: string
  /** Parameters as written, templates unevaluated; free-form text already under its parameter's name. */
  readonly args: ReadonlyMap<string, Value>
  readonly argPositions: ReadonlyMap<string, Position>
  /** What is looped over; with `loopWith` the terms of that lookup (`with_items`: `items`). */
  readonly loop: Value | undefined
  readonly loopWith?: string
  readonly loopControl: LoopControl
  readonly register: string | undefined
  /** For handlers: topics beside the name. */
  readonly listen: readonly string[]
  /** Variables of the host that it sets, by name, where its module is for that. */
  readonly setsFacts: readonly string[]
  readonly changedWhen: readonly Value[] | undefined
  readonly failedWhen: readonly Value[] | undefined
  readonly until: readonly Value[] | undefined
  readonly retries: Value | undefined
  /** Seconds that the task may take, when it is asked for every `poll` seconds whether it is done. */
  readonly asyncLimit?: Value | undefined
  readonly poll?: Value | undefined
  readonly delay: Value | undefined
}
