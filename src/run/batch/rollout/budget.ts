import type { RunState } from '../../run-state.ts'

/** How many of a play's hosts may be lost over the whole run, earlier plays included. */
export interface Budget {
  /** All hosts of the play. */
  readonly hosts: readonly string[]
  /** Undefined: any number. */
  readonly allowed: number | undefined
  readonly countsUnreachable: boolean
}

/** The hosts that are lost so far. */
export function lostHosts(run: RunState, { hosts, countsUnreachable }: Budget): readonly string[] {
  return hosts.filter((host) => {
    const gone = run.hosts.get(host)?.gone
    return gone === 'failed' || (countsUnreachable && gone === 'unreachable')
  })
}

/** Why the rollout has to stop: more is lost than the budget bears. Undefined while it does. */
export function overBudget(run: RunState, budget: Budget): string | undefined {
  if (budget.allowed === undefined) return undefined
  const lost = lostHosts(run, budget).length
  if (lost <= budget.allowed) return undefined
  const words = budget.countsUnreachable ? 'failed or were unreachable' : 'failed'
  return `${lost} of ${budget.hosts.length} hosts ${words}, more than the rollout's budget of ${budget.allowed} bears`
}
