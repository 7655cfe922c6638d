import { type AwsClients, abortable } from './clients.ts'
import { AwsFailure, asking } from './errors.ts'
import { countHybridNodes } from './nodes.ts'

/** Hybrid nodes that the standard tier allows an account in a region (facts/ssm-agent.md 7.4). */
export const STANDARD_TIER_NODES = 1000
const SETTING = '/ssm/managed-instance/activation-tier'

/** The tier of an account's hybrid nodes in a region; `unknown` where the credentials may not ask. */
export type ActivationTier = 'standard' | 'advanced' | 'unknown'

/**
 * Asks for the tier. One that is only on its way to advanced is still the standard one.
 * @throws AwsFailure
 */
export async function activationTier(clients: AwsClients, signal?: AbortSignal): Promise<ActivationTier> {
  const ssm = await clients.ssm()
  try {
    const { ServiceSetting } = await asking(
      'ssm:GetServiceSetting',
      'ask for the tier of the managed nodes',
      () => ssm.getServiceSetting({ SettingId: SETTING }, abortable(signal)),
      signal,
    )
    const advanced = ServiceSetting?.SettingValue === 'advanced' && ServiceSetting.Status !== 'PendingUpdate'
    return advanced ? 'advanced' : 'standard'
  } catch (error) {
    if (error instanceof AwsFailure && error.code === 'AccessDenied') return 'unknown'
    throw error
  }
}

/**
 * Makes sure that so many more nodes may register: AWS documents no answer for the 1,001st of the standard tier, so it
 * must not come to that. The tier is never switched: that is billed, and cannot be undone above 1,000 nodes.
 * @throws AwsFailure `TierFull`
 */
export async function checkRoomForNodes(
  clients: AwsClients,
  more: number,
  signal?: AbortSignal,
): Promise<void> {
  const tier = await activationTier(clients, signal)
  if (tier === 'advanced') return
  const there = await countHybridNodes(clients, signal)
  if (there + more <= STANDARD_TIER_NODES) return
  const denied = tier === 'unknown' ? ' (whether the account has the advanced tier, it may not be asked)' : ''
  throw new AwsFailure(
    `${more} more ${more === 1 ? 'node' : 'nodes'} would make ${there + more} hybrid nodes in ${clients.region}, and the standard tier allows ${STANDARD_TIER_NODES}${denied}`,
    {
      code: 'TierFull',
      hint: `take nodes that are not needed from the roll (playbooks/offboard.yaml, aws ssm deregister-managed-instance), or decide for the advanced tier, which is billed for every node: aws ssm update-service-setting --setting-id ${SETTING} --setting-value advanced`,
    },
  )
}
