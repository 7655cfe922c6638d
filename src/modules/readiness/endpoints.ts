/** What muster or what it sets up on a host asks of AWS over the network. */
export interface Endpoint {
  /** AWS's name of the service, as in `muster_endpoints`. */
  readonly service: string
  /** With scheme, without a path. */
  readonly url: string
  /** For what, and by whom. */
  readonly use: string
}

const NEEDED: readonly (readonly [service: string, use: string])[] = [
  ['ssm', 'the SSM agent registers and reports there'],
  ['ssmmessages', 'sessions and commands of Systems Manager reach the agent through it'],
  ['ec2messages', 'commands of Systems Manager reach the agent through it'],
  ['aps-workspaces', 'the collector writes its series there'],
]

/**
 * The endpoints that a host has to reach: AWS's own of the region, those of `given` in their place, and whatever else
 * `given` names.
 */
export function neededEndpoints(region: string, given: ReadonlyMap<string, string>): Endpoint[] {
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
  const own = NEEDED.map(([service, use]) => ({
    service,
    use,
    url: given.get(service) ?? `https://${service}.${region}.${suffix}`,
  }))
  const others = [...given].filter(([service]) => !NEEDED.some(([needed]) => needed === service))
  return [
    ...own,
    ...others.map(([service, url]) => ({ service, url, use: 'named in muster_endpoints' })),
  ].map((endpoint) => ({
    ...endpoint,
    url: (/^https?:\/\//.test(endpoint.url) ? endpoint.url : `https://${endpoint.url}`).replace(/\/+$/, ''),
  }))
}
