import type { Platform } from '../connection/connection.ts'
import type { AnswersOf, ProbeSet, Subject } from '../probes/probe.ts'
import type { PowerShellText } from '../shell/powershell/ps.ts'
import type { ShellText } from '../shell/sh.ts'
import type { FleetChanges } from '../values/fleet-changes.ts'
import type { Secret } from '../values/secret.ts'
import type { Output, PushSource } from '../values/transfer.ts'
import type { Value } from '../values/value.ts'
import type { BatchHook } from './batch-hook.ts'
import type { ControllerFiles } from './controller-files.ts'
import type { JournalEntry } from './journal-entry.ts'
import type { ParameterSpec, ParametersOf } from './parameters.ts'

/** Before and after, for `--diff`: texts, or values that are shown as YAML. */
export interface Diff {
  readonly header?: string
  readonly before: string | Value
  readonly after: string | Value
}

interface ActionBase {
  /** What it does, in a few words, for the plan, the live view and the journal: `install amazon-ssm-agent.deb`. */
  readonly says: string
}

interface ChangeBase extends ActionBase {
  /** It is no change of what the task is about (`daemon-reload`): the task stays unchanged. In check mode it is left out. */
  readonly silent?: true
  /** On a task's first change: what `--diff` shows, and what the result holds in check mode. */
  readonly diff?: readonly Diff[]
  readonly predicted?: Readonly<Record<string, Value>>
}

/** How a host is waited for that cannot be reached now. All times in seconds. */
export interface Reconnection {
  readonly probes: ProbeSet
  /** Whether the answers are those that are waited for. */
  wanted(answers: unknown): boolean
  /** Before the first attempt. */
  readonly delay: number
  /** Between attempts. */
  readonly sleep: number
  /** For one attempt. */
  readonly attempt: number
  /** For all of them. */
  readonly timeout: number
}

/**
 * Something a module wants done. A task whose module yields no change (none at all, or silent ones) is unchanged. In
 * check mode `look`, `reconnect` and `wait` are the only ones that are done.
 */
export type Action =
  /** Read more of the host than `observe` named; always asked anew. The answers come back as the yield's `answers`. */
  | (ActionBase & { readonly kind: 'look'; readonly probes: ProbeSet })
  /** Run a script on the host, in the resident shell, with the task's become and environment. */
  | (ChangeBase & {
      readonly kind: 'run'
      readonly script: ShellText | PowerShellText
      /** Bytes for the script's standard input; empty when missing. */
      readonly stdin?: string | Secret | Buffer
      /** What it may change on the host; everything when missing. */
      readonly touches?: readonly Subject[]
      /** The script leaves no process behind; its output needs no relay then, which saves several processes. */
      readonly contained?: true
      /** The script is a command that may go on as a job of its own (`async` with `poll: 0`): what it is, for results. */
      readonly command?: Value
      /** Not the module's last action, so the runner does not yet read the state of the later tasks with it. */
      readonly more?: boolean
    })
  /** Send bytes into an existing file on the host (made by an earlier `run`, hidden, mode 0600); checked by SHA-256. */
  | (ChangeBase & { readonly kind: 'push'; readonly source: PushSource; readonly to: string })
  /** Do something on the controller that changes something: an API call. Its value comes back as the yield's `value`. */
  | (ChangeBase & { readonly kind: 'call'; readonly call: (signal: AbortSignal) => Promise<Value> })
  /**
   * Connect anew, as often as it takes, until what is asked of the host then is as wanted; changes nothing. The answers
   * come back as the yield's `answers`. Fails when the time is over.
   */
  | (ActionBase & { readonly kind: 'reconnect'; readonly again: Reconnection })
  /** The same for what only reads or waits; other hosts may be worked on meanwhile. */
  | (ActionBase & { readonly kind: 'wait'; readonly call: (signal: AbortSignal) => Promise<Value> })

/** What a yield returns: the output of a run or push (rc 0 for the others), the value of a call, the answers of a look. */
export interface ActionResult extends Output {
  readonly value: Value
  readonly answers: unknown
}

/** Yields a look and gives its typed answers. @throws TaskFailure of the first probe without an answer */
export async function* look<S extends ProbeSet>(
  says: string,
  probes: S,
): AsyncGenerator<Action, AnswersOf<S>, ActionResult> {
  return (yield { kind: 'look', says, probes }).answers as AnswersOf<S>
}

/** How a task ended, beside what its actions say. `changed` only to overrule what was yielded. */
export interface Outcome {
  readonly changed?: boolean
  readonly skipped?: boolean
  readonly failed?: boolean
  readonly msg?: string
  /** The keys that `register` gets, beside changed, failed, skipped and msg. */
  readonly result?: Readonly<Record<string, Value>>
  readonly diff?: readonly Diff[]
  /** Variables for the host (`set_fact`). */
  readonly facts?: ReadonlyMap<string, Value>
  /**
   * Facts found on the host, under their names as variables (`ansible_distribution`, `packages`): they are in
   * `ansible_facts` too, and lose to the variables of plays.
   */
  readonly gathered?: ReadonlyMap<string, Value>
}

export interface RenderOptions {
  readonly trimBlocks?: boolean
  readonly lstripBlocks?: boolean
  readonly newlineSequence?: string
  readonly markers?: Readonly<Record<string, string>>
  /** The template's name as the user wrote it, and where the result goes: for template_path and its like. */
  readonly origin?: { readonly path: string; readonly destination?: string }
}

/** What a module may know of the run. */
export interface ModuleContext {
  /** inventory_hostname. */
  readonly host: string
  readonly check: boolean
  readonly diff: boolean
  /** The verbosity of `-v`. */
  readonly verbosity: number
  readonly files: ControllerFiles
  readonly signal: AbortSignal
  /** Renders a template file's text with the host's variables. @throws TaskFailure with the place in the template */
  render(source: string, file: string, options?: RenderOptions): string | Secret
  /** Evaluates a condition (`assert.that`). @throws TaskFailure */
  condition(condition: Value): boolean
  /** Evaluates an expression without braces (`debug: var=`). @throws TaskFailure */
  expression(text: string): Value
  /** A variable of the host, evaluated; undefined when there is none. */
  variable(name: string): Value | undefined
  /** What the batch opened for this task (`batch.open`), null without. */
  readonly shared: unknown
  /** The run's inventory, for what adds to it. */
  readonly fleet: FleetChanges
  /** Tags, run id and clients for modules that talk to AWS. */
  readonly run: RunContext
}

/** What is known of the run itself. */
export interface RunContext {
  /** Unique, sortable, of [0-9A-Za-z-]. */
  readonly id: string
  /** Writes a line of intent or result to the run's journal; resolves when it is on disk. */
  journal(entry: JournalEntry): Promise<void>
  /** Tells the reports that an activation was made or deleted. */
  announce(activation: {
    readonly what: 'created' | 'deleted'
    readonly id: string
    readonly limit?: number
  }): void
  /** AWS clients, made when first asked for (imports are slow). */
  aws(region: string): Promise<import('../aws/clients.ts').AwsClients>
}

export interface Documentation {
  readonly summary: string
  readonly notes?: readonly string[]
  /** YAML tasks. */
  readonly examples: string
  readonly returns: Readonly<Record<string, string>>
}

/** A parameter that names a file of the controller: it is looked for before the run, in Ansible's folder for it first. */
export interface SourceParameter {
  readonly parameter: string
  readonly folder: 'files' | 'templates'
  /** The parameter is a command line, whose first word is the file. */
  readonly firstWord?: true
  /** The file is a template. A task that has one of these parameters gives it other marks. */
  readonly template?: { readonly marks: readonly string[] }
}

/** One module: its parameters, how its state is read, how it is changed. */
export interface Module<S extends ParameterSpec = ParameterSpec, P extends ProbeSet = ProbeSet> {
  readonly name: string
  /** Other names that playbooks may use (`systemd_service`). */
  readonly aliases?: readonly string[]
  /** The collection of Ansible that has it, when that is not `ansible.builtin`: its name may stand in front. */
  readonly collection?: 'ansible.posix' | 'community.general' | 'ansible.windows' | 'community.windows'
  /** `controller` modules run no script on the host; they need no connection. */
  readonly runsOn: 'host' | 'controller'
  /** The hosts that it can be done on. Default: POSIX hosts alone. */
  readonly platforms?: readonly Platform[]
  readonly documentation: Documentation
  readonly spec: S
  /**
   * What check mode does: `predict` (the default) runs up to the first changing action and says changed;
   * `skip` is what Ansible does for command and its like; `run` for modules that never change anything.
   */
  readonly checkMode?: 'predict' | 'skip' | 'run'
  /** It sets variables of the host: those named by its free arguments (`set_fact`), or those that it names. */
  readonly setsFacts?: true | ((args: ReadonlyMap<string, Value>) => readonly string[])
  /** Those variables lose to results and facts (`include_vars`). */
  readonly factsAreIncluded?: true
  /** What it stands for in a playbook: the tasks of a file, a role, or an order to the run itself. The runner does it. */
  readonly flow?: 'tasks' | 'role' | 'run'
  /**
   * It adds hosts and groups to the run's inventory, so that all hosts of a batch meet there: the first that comes does it
   * for all, or each does its own.
   */
  readonly changesInventory?: 'once' | 'each'
  /** It calls AWS on behalf of the user of muster, whose identity is asked for before the run. */
  readonly needsAws?: true
  readonly source?: SourceParameter
  /** What it is for is to show its result (`debug`): reports show it where others are one line. */
  readonly showsResult?: true
  /** It is pure and instant, so that what it will say can be guessed ahead of its turn. */
  readonly immediate?: true
  /** What has to be known of the host. May be asked for at any time, also ahead of its turn; it changes nothing. */
  observe(params: ParametersOf<S>, context: ModuleContext): P | Promise<P>
  /**
   * Whether a change whose answer was lost may be made again: looking tells that it was made, or a second time does no
   * harm. Without it: whenever the module looks at something.
   */
  repeatable?(params: ParametersOf<S>): boolean
  /** Yields what has to be done. Yielding nothing is what "no change" means. */
  converge(
    params: ParametersOf<S>,
    answers: AnswersOf<P>,
    context: ModuleContext,
  ): AsyncGenerator<Action, Outcome, ActionResult>
  readonly batch?: BatchHook<ParametersOf<S>, AnswersOf<P>>
}

/** Gives a module its types from its spec. */
export function defineModule<const S extends ParameterSpec, P extends ProbeSet>(
  module: Module<S, P>,
): Module<S, P> {
  return module
}

/** For modules that need to know nothing of the host. */
export function nothingToObserve(): Record<never, never> {
  return {}
}
