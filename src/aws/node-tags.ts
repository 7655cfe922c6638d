import pLimit from 'p-limit'
import { type AwsClients, abortable } from './clients.ts'
import { AwsFailure, asking } from './errors.ts'
import { nodesWithTags } from './nodes.ts'

type Tags = Readonly<Record<string, string>>

/** ListTagsForResource is asked for one node at a time, and AWS states no rate for it. */
const AT_ONCE = 5

/**
 * The tags of those of these nodes that lack some of the wanted ones. Nodes that have them all are found by filter, 50
 * a call, since AWS gives tags for one node at a time only.
 * @returns id -> the tags that the node has; ids that Systems Manager does not know are left out
 * @throws AwsFailure
 */
export async function nodesLackingTags(
  clients: AwsClients,
  ids: readonly string[],
  wanted: Tags,
  signal?: AbortSignal,
): Promise<Map<string, Tags>> {
  const lacking = new Set(ids)
  if (Object.keys(wanted).length === 0 || lacking.size === 0) return new Map()
  for await (const { id } of nodesWithTags(clients, wanted, signal)) {
    lacking.delete(id)
    if (lacking.size === 0) return new Map()
  }
  return tagsOfNodes(clients, lacking, signal)
}

/**
 * The tags of each of these nodes, one call a node.
 * @returns id -> tags; ids that Systems Manager does not know are left out
 * @throws AwsFailure
 */
export async function tagsOfNodes(
  clients: AwsClients,
  ids: Iterable<string>,
  signal?: AbortSignal,
): Promise<Map<string, Tags>> {
  const limit = pLimit(AT_ONCE)
  const found = await Promise.all(
    [...ids].map((id) => limit(async () => [id, await tagsOf(clients, id, signal)] as const)),
  )
  return new Map(found.flatMap(([id, tags]) => (tags === null ? [] : [[id, tags]])))
}

async function tagsOf(
  clients: AwsClients,
  id: string,
  signal: AbortSignal | undefined,
): Promise<Tags | null> {
  const ssm = await clients.ssm()
  try {
    const { TagList } = await asking(
      'ssm:ListTagsForResource',
      `look at the tags of ${id}`,
      () => ssm.listTagsForResource({ ResourceType: 'ManagedInstance', ResourceId: id }, abortable(signal)),
      signal,
    )
    return Object.fromEntries((TagList ?? []).map(({ Key, Value }) => [Key!, Value!]))
  } catch (error) {
    if (error instanceof AwsFailure && error.code === 'InvalidResourceId') return null
    throw error
  }
}

/** Sets tags of a node; others stay. @throws AwsFailure */
export async function tagNode(
  clients: AwsClients,
  id: string,
  tags: Tags,
  signal?: AbortSignal,
): Promise<void> {
  const ssm = await clients.ssm()
  const wanted = {
    ResourceType: 'ManagedInstance' as const,
    ResourceId: id,
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  }
  await asking(
    'ssm:AddTagsToResource',
    `tag ${id}`,
    () => ssm.addTagsToResource(wanted, abortable(signal)),
    signal,
  )
}
