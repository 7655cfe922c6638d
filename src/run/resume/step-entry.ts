import type { TaskResult } from '../../modules/task-result.ts'
import type { Failure } from '../record/events.ts'
import type { Stored } from './stored-value.ts'

/**
 * Where a step stands in a run, the same in every run of the same playbook: the play's index, the turn of the task within
 * it (without the batch's number), and the index of the item of its loop.
 */
export interface StepPlace {
  readonly host: string
  readonly play: number
  readonly turn: string
  readonly item: number
}

/** What was asked for, so that the same can be asked for again. Texts hold no secret. */
export interface Origin {
  readonly playbook: string
  readonly cwd: string
  /** Options by their long names, but `extraVars`. */
  readonly words: Readonly<Record<string, unknown>>
  /** Each `-e`; one whose value is a secret is not kept, only the names that it sets. */
  readonly extraVars: readonly { readonly text?: string; readonly names: readonly string[] }[]
}

/** Digests of what a run was made of, by which a change is noticed. */
export interface Made {
  readonly playbook: string
  /** Of each play: its name, its hosts and batches. */
  readonly plays: readonly string[]
  /** Of each host its variables, secrets left out. */
  readonly hosts: Readonly<Record<string, string>>
}

/**
 * A line of `steps.jsonl`. `begin` is on the disk before the first change of its step is sent; `done` is written when its end is
 * known. A step with the one and without the other was begun, and nobody saw its end.
 */
export type StepEntry =
  | { readonly is: 'format'; readonly format: number }
  | { readonly is: 'origin'; readonly origin: Origin; readonly made: Made }
  | ({ readonly is: 'begin'; readonly task: string; readonly says: unknown } & StepPlace)
  | ({
      readonly is: 'done'
      readonly task: string
      readonly changed: boolean
      readonly failed: boolean
      readonly skipped: boolean
      readonly message?: string
      readonly hint?: string
      /** What later tasks may read of it; false where it may not be kept. Missing: nobody reads it. */
      readonly kept?: { readonly values: Stored; readonly facts: Stored } | false
    } & StepPlace)
  /** What became of a task that failed: the run went on because of `ignore_errors` or of a rescue, or the host left. */
  | {
      readonly is: 'settled'
      readonly host: string
      readonly play: number
      readonly turn: string
      readonly as: Settled
    }
  /** From this turn on the host was worked on again: what stands here of later ones is void. */
  | { readonly is: 'again'; readonly host: string; readonly play: number; readonly turn: string }
  /** The host is at the end of a play. */
  | { readonly is: 'end'; readonly host: string; readonly play: number }
  | { readonly is: 'left'; readonly host: string; readonly status: Failure['status'] }

/** What became of a failed task. */
export type Settled = 'ignored' | 'rescued' | 'failed'

/** A step whose end is known; `lost` where its result was read by others and could not be kept. */
export interface DoneStep {
  readonly task: string
  readonly result: TaskResult
  readonly lost: boolean
}
