import { TaskFailure } from './task-failure.ts'
import { displayText } from './text/visible.ts'
import type { Output } from './transfer.ts'
import type { Value } from './value.ts'

/** How a program on a host ended: `exit status 2`, `timed out`, `was killed by a signal`. */
export function endOf({ rc, timedOut }: Pick<Output, 'rc' | 'timedOut'>): string {
  return timedOut ? 'timed out' : rc === null ? 'was killed by a signal' : `exit status ${rc}`
}

/** What a program on a host printed on standard error: bounded, with nothing that acts on a terminal. May be empty. */
export function saidOn({ stderr }: Pick<Output, 'stderr'>): string {
  return displayText(stderr).trim()
}

/** Why a program on a host failed, for a message: what it said, or how it ended where it said nothing. */
export function reasonOf(output: Pick<Output, 'stderr' | 'rc' | 'timedOut'>): string {
  return saidOn(output) || endOf(output)
}

/** The failure of a task whose program on the host failed: what it was about, then {@link reasonOf}. */
export function hostFailure(
  what: string,
  output: Pick<Output, 'stderr' | 'rc' | 'timedOut'>,
  told: { readonly hint?: string; readonly result?: Readonly<Record<string, Value>> } = {},
): TaskFailure {
  return new TaskFailure(`${what}: ${reasonOf(output)}`, told)
}
