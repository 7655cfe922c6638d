import type { Failure } from './record/events.ts'

/**
 * What muster's exit codes mean; pipelines test them. Other than in Ansible an input that was refused (1) and an
 * unreachable host (4) cannot be confused.
 */
export const EXIT = {
  ok: 0,
  /** Refused before any connection: a mistake in the inventory, the playbook, the words of the command. */
  refused: 1,
  /** `apply`: a host failed (also beside unreachable ones where that went over the budget). `plan`: there are changes to make. */
  failed: 2,
  /** `verify`: a host is not Online, or its series do not arrive. */
  unproved: 3,
  /** A host was unreachable, also where another failed, as in Ansible. */
  unreachable: 4,
  /** A fault of muster's own, on some host. */
  bug: 70,
  /** Ctrl-C. */
  interrupted: 130,
} as const

/** How a run ended, as far as its exit code tells. */
export interface Ending {
  readonly mode: 'apply' | 'plan'
  readonly failures: readonly Failure[]
  readonly changed: boolean
  readonly interrupted: boolean
  /** More hosts were lost than max_fail_percentage allows. */
  readonly overBudget: boolean
}

/** The exit code of a run. `plan` answers 0 or 2 only when every host could be looked at; else 1. */
export function exitCode({ mode, failures, changed, interrupted, overBudget }: Ending): number {
  if (interrupted) return EXIT.interrupted
  if (failures.some(({ bug }) => bug === true)) return EXIT.bug
  if (mode === 'plan') return failures.length > 0 ? EXIT.refused : changed ? EXIT.failed : EXIT.ok
  if (overBudget && failures.some(({ status }) => status === 'failed')) return EXIT.failed
  if (failures.some(({ status }) => status === 'unreachable')) return EXIT.unreachable
  return failures.length > 0 ? EXIT.failed : EXIT.ok
}
