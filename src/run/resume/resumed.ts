import { InputError, type Problem } from '../../values/problem.ts'
import type { EarlierSteps } from './earlier-steps.ts'
import type { Made } from './step-entry.ts'

/** What is to be done about a step that was begun, whose end nobody saw, and which cannot be looked at. */
export type UnknownAnswer = 'tell' | 'again' | 'done'

/** How an earlier run is gone on with. */
export interface Resumed {
  readonly steps: EarlierSteps
  readonly unknown: UnknownAnswer
  /** Inventory and playbook may have changed. */
  readonly withChanges: boolean
  /** Whether a host is worked on; of others only what is on record counts. */
  acts(host: string): boolean
}

/** Goes on with all hosts, or with those that failed or were unreachable. */
export function resumed(
  steps: EarlierSteps,
  {
    onlyFailed,
    ...options
  }: { readonly onlyFailed: boolean; readonly unknown: UnknownAnswer; readonly withChanges: boolean },
): Resumed {
  const failed = (host: string) => {
    const left = steps.left.get(host)
    return left !== undefined && left !== 'cancelled'
  }
  return { steps, ...options, acts: (host) => !onlyFailed || failed(host) }
}

/**
 * Compares what the earlier run was made of with what there is now.
 * @throws InputError with what has changed
 */
export function checkUnchanged({ steps, withChanges }: Resumed, now: Made): void {
  const then = steps.made
  if (then === undefined || withChanges) return
  const problems: Problem[] = []
  const hint = 'take the change back, go on with --with-changes, or begin anew with muster apply'
  const changed = (what: string) => problems.push({ message: `${what} since run ${steps.run}`, hint })
  if (then.playbook !== now.playbook) changed('the playbook has changed')
  if (then.plays.join() !== now.plays.join())
    changed('the hosts of the plays, or their batches, have changed')
  const hosts = Object.entries(now.hosts).filter(([host, digest]) => then.hosts[host] !== digest)
  const names = hosts.map(([host]) => host)
  const shown =
    names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ')
  if (names.length > 0) changed(`the inventory's variables of ${shown} have changed`)
  if (problems.length > 0) throw new InputError(problems)
}
