import type { AwsClients } from '../aws/clients.ts'
import { type NewestSample, newestSamples } from '../aws/polling/arrivals.ts'

/** The labels that muster's collectors put on every series (playbooks/vars/collector.yaml). */
export const HOST_LABEL = 'host'
export const NODE_LABEL = 'instance_id'

/** Selector -> the newest samples in the workspace, one for each host and node that sends it. */
export type FleetSamples = ReadonlyMap<string, readonly NewestSample[]>

/**
 * Asks a workspace who sends these series: one query a selector, however many hosts there are.
 * @throws AwsFailure
 */
export async function fleetSamples(
  clients: AwsClients,
  endpoint: string,
  selectors: Iterable<string>,
  signal?: AbortSignal,
): Promise<FleetSamples> {
  const asked = [...new Set(selectors)].map(async (selector) => {
    const by = [HOST_LABEL, NODE_LABEL]
    const options = signal === undefined ? {} : { signal }
    return [selector, await newestSamples(clients, endpoint, selector, by, options)] as const
  })
  return new Map(await Promise.all(asked))
}
