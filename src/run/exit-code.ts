import type { Failure } from './record/events.ts'

/**
 * What muster's exit codes mean; pipelines test them. Other than in Ansible an input that was refused (1) and an
 * unreachable host (4) cannot be confused.
 */
export const EXIT = {
  ok: 0,
  /** Refused before any connection: a mistake in the inventory, the playbook, the words of the command. */
  refused: 1,
  /** `apply`: a host failed. `plan`: there are changes to make. */
  failed: 2,
  /** `verify`: a host is not Online, or its series do not arrive. */
  unproved: 3,
  /** A host was unreachable, and none failed. */
  unreachable: 4,
  /** A fault of muster's own, on some host. */
  bug: 70,
  /** Ctrl-C. */
  interrupted: 130,
} as const

/** The exit code of a run. `plan` answers 0 or 2 only when every host could be looked at; else 1. */
export function exitCode(
  mode: 'apply' | 'plan',
  failures: readonly Failure[],
  changed: boolean,
  interrupted: boolean,
): number {
  if (interrupted) return EXIT.interrupted
  if (failures.some(({ bug }) => bug === true)) return EXIT.bug
  if (mode === 'plan') return failures.length > 0 ? EXIT.refused : changed ? EXIT.failed : EXIT.ok
  if (failures.some(({ status }) => status === 'failed' || status === 'unknown')) return EXIT.failed
  if (failures.some(({ status }) => status === 'unreachable')) return EXIT.unreachable
  return failures.length > 0 ? EXIT.failed : EXIT.ok
}
