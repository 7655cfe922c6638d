import { callerIdentity, chooseRegion } from '../../aws/identity.ts'
import { findHost } from '../../inventory/localhost.ts'
import { matchPattern } from '../../inventory/patterns/patterns.ts'
import type { PlannedPlay } from '../batch/plan-play.ts'
import type { RunState } from '../run-state.ts'
import { type HeldLock, lockText, takeLock } from './rollout-lock.ts'

/** How a run is kept apart from others. */
export interface LockOptions {
  /** The folder that those share who are to know of each other. */
  readonly folder: string
  /** Seconds to wait for who is in the way. */
  readonly wait: number
  readonly reason?: string | undefined
  /** Patterns of hosts that are locked beside those of the plays: whole groups. */
  readonly also: readonly string[]
  /** The AWS account is locked too. */
  readonly account: boolean
}

/** Takes the lock of a run. The implicit localhost, which every run on AWS has, is none of the hosts. @throws InputError */
export async function lockRun(
  run: RunState,
  plays: readonly PlannedPlay[],
  playbook: string,
  { folder, wait, reason, also, account }: LockOptions,
): Promise<HeldLock> {
  const named = [
    ...plays.flatMap((play) => play.hosts),
    ...also.flatMap((each) => matchPattern(run.fleet.inventory, each)),
  ]
  const hosts = [...new Set(named)].filter((host) => findHost(run.fleet.inventory, host)?.implicit !== true)
  const locked = account
    ? (await callerIdentity(await run.context.aws(chooseRegion(undefined)))).account
    : undefined
  const wish = { run: run.context.id, playbook, hosts, account: locked, reason, wait }
  const held = await takeLock(folder, wish, run.signal, (message) => run.emit({ type: 'warning', message }))
  for (const record of held.stale)
    run.emit({ type: 'warning', message: `passed over a lock that was left behind: ${lockText(record)}` })
  return held
}
