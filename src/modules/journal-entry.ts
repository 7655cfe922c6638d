/**
 * What a run writes down, the intent before its effect: these kinds and no others, so that who adds one decides what
 * may be read in it. Words from a playbook or a host may be Secrets, and are masked; ids and names of AWS are neither.
 */
export type JournalEntry =
  | { readonly event: 'run'; readonly pid: number; readonly started: string | null }
  | {
      readonly event: 'batch'
      readonly play: string
      readonly batch: number
      readonly hosts: readonly string[]
    }
  /** A command that goes on when its task is done. */
  | { readonly event: 'job'; readonly host: string; readonly task: string; readonly job: string }
  | { readonly event: 'activation-intent'; readonly region: string; readonly limit: number }
  | {
      readonly event: 'activation-created'
      readonly region: string
      readonly id: string
      readonly limit: number
    }
  /** `id` null: none was made after all. */
  | { readonly event: 'activation-deleted'; readonly region: string; readonly id: string | null }
  /** What the earlier run `of` had left behind is gone. */
  | { readonly event: 'orphans-deleted'; readonly of: string }
  /** A fault of muster's own, with its stack. */
  | { readonly event: 'bug'; readonly host: string; readonly stack: string }
  | { readonly event: 'end' }
