import type { InstanceInformation } from '@aws-sdk/client-ssm'
import { type AwsClients, abortable } from './clients.ts'
import { AwsFailure, asking } from './errors.ts'

/** The most that DescribeInstanceInformation takes as values of a filter and as a page, whichever is smaller. */
const PAGE = 50

/** A managed node as Systems Manager describes it. */
export interface NodeInformation {
  readonly id: string
  readonly pingStatus: string
  readonly lastPing: Date | undefined
  readonly registered: Date | undefined
  readonly activationId: string | undefined
  readonly role: string | undefined
  readonly name: string | undefined
  readonly computerName: string | undefined
  readonly ipAddress: string | undefined
  readonly agentVersion: string | undefined
}

/** Ids come from hosts; one of another form would have AWS refuse the question for all. */
const NODE_ID = /^mi-[0-9a-f]{17}$/

/**
 * What Systems Manager knows of these managed nodes, asked in chunks of 50; ids it does not know are left out, and so
 * are those that are none.
 * @throws AwsFailure
 */
export async function describeNodes(
  clients: AwsClients,
  ids: Iterable<string>,
  signal?: AbortSignal,
): Promise<Map<string, NodeInformation>> {
  const wanted = [...new Set(ids)].filter((id) => NODE_ID.test(id))
  const nodes = new Map<string, NodeInformation>()
  for (let start = 0; start < wanted.length; start += PAGE) {
    const filter = { Key: 'InstanceIds', Values: wanted.slice(start, start + PAGE) }
    for await (const node of ask(clients, [filter], 'look at the managed nodes', signal))
      nodes.set(node.id, node)
  }
  return nodes
}

/**
 * How many hybrid nodes the account has in the region, connected or not: what the standard tier's limit of 1,000
 * counts (facts/ssm-agent.md 7.4).
 * @throws AwsFailure
 */
export async function countHybridNodes(clients: AwsClients, signal?: AbortSignal): Promise<number> {
  let count = 0
  const filter = { Key: 'ResourceType', Values: ['ManagedInstance'] }
  for await (const _ of ask(clients, [filter], 'count the managed nodes', signal)) count += 1
  return count
}

/**
 * The hybrid nodes of the region that carry all these tags.
 * @throws AwsFailure
 */
export function nodesWithTags(
  clients: AwsClients,
  tags: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): AsyncGenerator<NodeInformation> {
  const filters = Object.entries(tags).map(([key, value]) => ({ Key: `tag:${key}`, Values: [value] }))
  return ask(clients, filters, 'look for managed nodes by their tags', signal)
}

/**
 * The nodes of the region whose tag has one of these values, asked in chunks. Which of the values a node has is not
 * told.
 * @throws AwsFailure
 */
export async function* nodesWithTagOf(
  clients: AwsClients,
  key: string,
  values: Iterable<string>,
  signal?: AbortSignal,
): AsyncGenerator<NodeInformation> {
  const wanted = [...new Set(values)]
  for (let start = 0; start < wanted.length; start += PAGE) {
    const filter = { Key: `tag:${key}`, Values: wanted.slice(start, start + PAGE) }
    yield* ask(clients, [filter], 'look for managed nodes by their hosts', signal)
  }
}

/**
 * The nodes of the region that have a role.
 * @param role its path and name without the leading slash
 * @throws AwsFailure
 */
export function nodesOfRole(
  clients: AwsClients,
  role: string,
  signal?: AbortSignal,
): AsyncGenerator<NodeInformation> {
  return ask(clients, [{ Key: 'IamRole', Values: [role] }], `look for nodes with the role ${role}`, signal)
}

/**
 * Takes a node from the roll.
 * @returns false when there was none of that id
 * @throws AwsFailure
 */
export async function deregisterNode(
  clients: AwsClients,
  id: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const ssm = await clients.ssm()
  try {
    await asking(
      'ssm:DeregisterManagedInstance',
      `deregister ${id}`,
      () => ssm.deregisterManagedInstance({ InstanceId: id }, abortable(signal)),
      signal,
    )
    return true
  } catch (error) {
    if (error instanceof AwsFailure && error.code === 'InvalidInstanceId') return false
    throw error
  }
}

async function* ask(
  clients: AwsClients,
  filters: { Key: string; Values: string[] }[],
  doing: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<NodeInformation> {
  const client = await clients.ssm()
  const pages = client.paginateDescribeInstanceInformation({ Filters: filters }, { pageSize: PAGE })
  for (;;) {
    const page = await asking('ssm:DescribeInstanceInformation', doing, () => pages.next(), signal)
    signal?.throwIfAborted()
    if (page.done === true) return
    for (const node of page.value.InstanceInformationList ?? []) yield describe(node)
  }
}

function describe(node: InstanceInformation): NodeInformation {
  return {
    id: node.InstanceId ?? '',
    pingStatus: node.PingStatus ?? 'unknown',
    lastPing: node.LastPingDateTime,
    registered: node.RegistrationDate,
    activationId: node.ActivationId,
    role: node.IamRole,
    name: node.Name,
    computerName: node.ComputerName,
    ipAddress: node.IPAddress,
    agentVersion: node.AgentVersion,
  }
}
