import { AwsFailure } from '../../aws/errors.ts'
import { checkRoomForNodes } from '../../aws/tier.ts'
import { revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { BatchShared } from '../batch-hook.ts'
import type { RunContext } from '../module.ts'
import {
  type BatchActivation,
  byActivation,
  checkLimit,
  deleteExpired,
  openActivation,
} from './activation.ts'
import type { AgentAnswers } from './agent-state.ts'
import { type KnownNodes, lookAtNodes, type RegistrationMember } from './nodes.ts'

/** What hosts of a batch share: their one activation, and what Systems Manager says of the nodes of their region. */
export interface RegistrationShared extends KnownNodes {
  /**
   * Undefined when every host is registered already, and in plan and check mode; a failure is that of the hosts that
   * need it, and of no other.
   */
  readonly activation: BatchActivation | AwsFailure | undefined
}

/** Host -> what it shares with those of its region and its wishes, or why its region could not be asked. */
export type RegistrationShares = ReadonlyMap<string, RegistrationShared | AwsFailure | TaskFailure>

/**
 * What a host shares.
 * @throws AwsFailure, TaskFailure where its region could not be asked; hosts of other regions go on
 */
export function sharedOf(shares: RegistrationShares | null, host: string): RegistrationShared | null {
  const shared = shares?.get(host) ?? null
  if (shared instanceof AwsFailure || shared instanceof TaskFailure) throw shared
  return shared
}

/** Whether a host takes part in an activation: it is not registered, or shall be anew. */
export function needsRegistration(member: {
  readonly params: { readonly reregister: boolean }
  readonly answers: Pick<AgentAnswers, 'registration'>
}): boolean {
  return member.answers.registration.node === undefined || member.params.reregister
}

type Context = RunContext & { readonly signal: AbortSignal }
type Close = () => Promise<void>

/** Looks only, for plan and check mode; null where nothing may be asked. */
export async function lookAtRegistration(
  members: readonly RegistrationMember[],
  context: Context,
): Promise<RegistrationShares | null> {
  const { shares } = await inRegions(members, context, async (region, here) => {
    const known = await lookAtNodes(await context.aws(region), here, context.signal)
    return new Map(here.map(({ host }) => [host, { ...known, activation: undefined }]))
  })
  return shares
}

/**
 * Makes the activations of a batch, after the batch was read: one a region for all that want the same of it
 * ({@link openActivation}), and none where all hosts are registered.
 */
export async function openRegistration(
  members: readonly RegistrationMember[],
  context: Context,
): Promise<BatchShared> {
  const { shares, close } = await inRegions(members, context, (region, here, closes) =>
    openRegion(region, here, context, closes),
  )
  return { shared: shares, close }
}

/** Does the same in each region of a batch, at once; what fails in one is a matter of the hosts there. */
async function inRegions(
  members: readonly RegistrationMember[],
  context: Context,
  work: (
    region: string,
    members: readonly RegistrationMember[],
    closes: Close[],
  ) => Promise<ReadonlyMap<string, RegistrationShared>>,
): Promise<{ readonly shares: RegistrationShares | null; readonly close: Close }> {
  const asked = members.filter(({ params }) => params.prove)
  const closes: Close[] = []
  const close = () => closeAll(closes)
  if (asked.length === 0) return { shares: null, close }
  const shares = new Map<string, RegistrationShared | AwsFailure | TaskFailure>()
  const regions = [...Map.groupBy(asked, ({ params }) => revealText(params.region))]
  const done = await Promise.allSettled(regions.map(([region, here]) => work(region, here, closes)))
  for (const [index, outcome] of done.entries()) {
    if (outcome.status === 'fulfilled') {
      for (const [host, shared] of outcome.value) shares.set(host, shared)
      continue
    }
    const reason: unknown = outcome.reason
    if (context.signal.aborted || !(reason instanceof AwsFailure || reason instanceof TaskFailure)) {
      // The first failure is told, not that of cleaning up: the journal knows what is left.
      await close().catch(() => undefined)
      throw reason
    }
    for (const { host } of regions[index]![1]) shares.set(host, reason)
  }
  return { shares, close }
}

async function openRegion(
  region: string,
  members: readonly RegistrationMember[],
  context: Context,
  closes: Close[],
): Promise<ReadonlyMap<string, RegistrationShared>> {
  const clients = await context.aws(region)
  const known = await lookAtNodes(clients, members, context.signal)
  const shares = new Map<string, RegistrationShared>(
    members.map(({ host }) => [host, { ...known, activation: undefined }]),
  )
  const newcomers = members.filter((one) => needsRegistration(one) && one.params.activation_id === undefined)
  if (newcomers.length === 0) return shares
  const give = (hosts: readonly RegistrationMember[], activation: BatchActivation | AwsFailure) => {
    for (const { host } of hosts) shares.set(host, { ...known, activation })
  }
  const groups = byActivation(newcomers)
  for (const group of groups) checkLimit(group)
  await deleteExpired(clients)
  try {
    await checkRoomForNodes(clients, newcomers.length, context.signal)
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error
    give(newcomers, error)
    return shares
  }
  for (const group of groups) {
    try {
      const { activation, close } = await openActivation(clients, group, context)
      closes.push(close)
      give(group, activation)
    } catch (error) {
      if (!(error instanceof AwsFailure) || context.signal.aborted) throw error
      give(group, error)
    }
  }
  return shares
}

/** Closes all, whatever becomes of one; the first failure is told. */
async function closeAll(closes: Close[]): Promise<void> {
  const ends = await Promise.allSettled(closes.splice(0).map((close) => close()))
  const failed = ends.find((end) => end.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}
