import type { Diff } from '../../modules/module.ts'
import type { Position } from '../../values/position.ts'
import type { Dict, Value } from '../../values/value.ts'

export type { Diff }

/**
 * How a task ended on a host. `cancelled`: not done, because the run stopped. `unknown`: started, and the answer was
 * lost, so it may have been done or not. `ignored`: failed, and `ignore_errors` says to go on.
 */
export type Status =
  | 'ok'
  | 'changed'
  | 'skipped'
  | 'failed'
  | 'ignored'
  | 'unreachable'
  | 'cancelled'
  | 'unknown'

/** What a host is busy with, for the live view. */
export type Phase = 'connect' | 'look' | 'converge' | 'wait' | 'done'

/** The counters of a host in the recap, in Ansible's words (`ok` includes changed and ignored). */
export interface Recap {
  ok: number
  changed: number
  unreachable: number
  failed: number
  skipped: number
  /** Failures that a rescue made up for. */
  rescued: number
  ignored: number
}

/** One thing that went wrong on one host, for the report that merges equal ones. */
export interface Failure {
  readonly host: string
  readonly task: string | undefined
  readonly status: 'failed' | 'unreachable' | 'unknown' | 'cancelled'
  readonly message: string
  readonly hint: string | undefined
  /** The last lines that a program printed on the host, where its message says only how it ended. */
  readonly printed?: string | undefined
  /** The cause is a fault of muster's, not of the host. */
  readonly bug?: true
}

/** What a run cost on the wire, summed over its connections. */
export interface Cost {
  handshakes: number
  channels: number
  requests: number
  bytesSent: number
  bytesReceived: number
}

/**
 * Everything that happens in a run, in order. Reports listen; nothing in the rollout knows them. Texts are free of
 * secrets (masked) and of control characters from hosts; values hold `Secret` where there is one.
 */
export type RunEvent =
  | {
      readonly type: 'run-started'
      readonly run: string
      readonly playbook: string
      readonly mode: 'apply' | 'plan'
      readonly check: boolean
      readonly hosts: number
    }
  | { readonly type: 'warning'; readonly message: string }
  /** What a rollout does between waves. */
  | { readonly type: 'notice'; readonly message: string }
  | {
      readonly type: 'play-started'
      readonly play: string
      readonly hosts: readonly string[]
      readonly batches: number
      /** Tasks selected by the tags, names as written. */
      readonly tasks: number
    }
  | { readonly type: 'no-hosts'; readonly play: string }
  | {
      readonly type: 'batch-started'
      readonly play: string
      readonly batch: number
      readonly batches: number
      readonly hosts: readonly string[]
    }
  | { readonly type: 'phase'; readonly host: string; readonly phase: Phase; readonly what?: string }
  | {
      readonly type: 'task'
      readonly play: string
      readonly host: string
      readonly task: string
      readonly module: string
      /** The result is what the task is for: reports show it. */
      readonly showsResult?: true
      readonly handler: boolean
      /** Where the task is written. */
      readonly position?: Position
      readonly status: Status
      /** The loop's label, for an item; the task's own event follows the items' and has none. */
      readonly item?: string
      readonly message: string | undefined
      readonly hint: string | undefined
      readonly diff: readonly Diff[]
      /** It is shown whatever --diff says. */
      readonly showsDiff?: true
      /** What `register` gets; censored where no_log says so. */
      readonly result: Dict
      readonly seconds: number
    }
  | {
      readonly type: 'retry'
      readonly host: string
      readonly task: string
      readonly attempt: number
      readonly left: number
    }
  /** A host goes on where an earlier run left it. */
  | {
      readonly type: 'resumed'
      readonly host: string
      /** That run. */
      readonly of: string
      /** Steps that it had done, which are not done again. */
      readonly done: number
      /** The first step that is done now. */
      readonly task?: string
    }
  | {
      readonly type: 'activation'
      readonly what: 'created' | 'deleted' | 'orphan-deleted'
      readonly id: string
      readonly limit?: number
    }
  | {
      readonly type: 'batch-ended'
      readonly play: string
      readonly batch: number
      readonly failed: readonly string[]
    }
  /** The rollout stops itself: the reason in a sentence. */
  | { readonly type: 'stopped'; readonly reason: string }
  | {
      readonly type: 'run-ended'
      readonly run: string
      /** Nothing was changed: a plan, or check mode. */
      readonly check: boolean
      readonly recap: ReadonlyMap<string, Readonly<Recap>>
      readonly failures: readonly Failure[]
      readonly exitCode: number
      readonly interrupted: boolean
      readonly cost: Readonly<Cost>
      readonly seconds: number
      readonly journal: string | undefined
    }

/** A listener must not throw; what it throws is dropped after a warning on stderr. */
export type Listener = (event: RunEvent) => void

/** A result value with no_log: nothing of it but what Ansible shows. */
export function censored(result: Dict): Dict {
  const kept: Dict = new Map<string, Value>([
    [
      'censored',
      'the output has been hidden due to the fact that "no_log: true" was specified for this result',
    ],
  ])
  for (const key of ['changed', 'failed', 'skipped']) {
    const value = result.get(key)
    if (value !== undefined) kept.set(key, value)
  }
  return kept
}
