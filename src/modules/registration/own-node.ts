import { tagNode, tagsOfNodes } from '../../aws/node-tags.ts'
import type { NodeInformation } from '../../aws/nodes.ts'
import { waitOnline } from '../../aws/polling/wait-online.ts'
import { HOST_TAG, hostTag } from '../../aws/tags.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Dict } from '../../values/value.ts'
import { askAws } from '../aws/ask.ts'
import { type Tags, tagChanges, tagValue } from '../aws/tags.ts'
import type { Action, ActionResult } from '../module.ts'
import type { BatchActivation } from './activation.ts'
import { type KnownNodes, wantedTags } from './nodes.ts'
import { type Claim, judgeOwner, notItsNode, type Owners } from './owners.ts'

/** Milliseconds, with what clocks are off: a registration takes minutes at the most. */
const NEW = 15 * 60_000

/** Waits until a node is Online, and gives what was last seen of it: undefined when Systems Manager knows nothing of it. */
export async function* becomeOnline(
  { clients }: KnownNodes,
  id: string,
  seconds: number,
): AsyncGenerator<Action, NodeInformation | undefined, ActionResult> {
  let seen: NodeInformation | undefined
  yield {
    kind: 'wait',
    says: `wait until ${id} is Online`,
    call: async (signal) => {
      const { online, missing } = await waitOnline(clients, [id], { patience: seconds * 1000, signal })
      seen = online.get(id) ?? missing.get(id)
      return null
    },
  }
  return seen
}

/** The failure of a node that does not come. @param seconds how long it was waited for; @param seen what Systems Manager says of it */
export function notOnline(id: string, seconds: number, seen: NodeInformation | undefined): TaskFailure {
  return new TaskFailure(
    `${id} is not Online after ${seconds} seconds: Systems Manager says ${seen?.pingStatus ?? 'nothing of it'}`,
    {
      hint: 'does the host reach the endpoints ssm, ssmmessages and ec2messages? See /var/log/amazon/ssm/amazon-ssm-agent.log there',
    },
  )
}

/**
 * The tags of the node that a host says to have become. Its id cannot be guessed before the host has it, so a node that
 * the batch's activation made, and that no other host of the batch claims, is the host's; another has to be proved. Of an
 * activation that others may use too only a node counts that is new and no host's yet.
 * @throws TaskFailure of a node that is not the host's
 */
export async function* judgeNewNode(
  claim: Claim,
  address: string,
  seen: NodeInformation,
  { clients, claims }: KnownNodes,
  activation: BatchActivation,
): AsyncGenerator<Action, Tags, ActionResult> {
  const ofIt = seen.activationId === activation.id
  if (ofIt && activation.foreign === undefined) return activation.tags
  let tags: ReadonlyMap<string, Tags> = new Map()
  yield {
    kind: 'wait',
    says: `look at the tags of ${claim.id}`,
    call: async (signal) => {
      tags = await askAws(() => tagsOfNodes(clients, [claim.id], signal))
      return null
    },
  }
  const had = tags.get(claim.id) ?? {}
  // It was made a moment ago with this activation, and nobody has named a host for it.
  const isNew = seen.registered !== undefined && seen.registered.getTime() > Date.now() - NEW
  if (ofIt && isNew && !(HOST_TAG in had) && claims.rivals(claim).length === 0) return had
  const owners: Owners = {
    nodes: new Map([[claim.id, seen]]),
    tags: new Map([[claim.id, had]]),
    claims,
  }
  const owner = judgeOwner(claim, address, owners)
  if (!owner.owned) throw notItsNode(claim, owner.found)
  return had
}

/** The tags that the node of a host lacks, of those wished for and the one with the host's name. */
export function tagAction(
  { host, id }: Claim,
  params: { readonly tags: Dict | undefined },
  { tags, clients }: Pick<KnownNodes, 'tags' | 'clients'>,
): Action | undefined {
  const had = tags.get(id)
  if (had === undefined) return undefined
  const { set, after } = tagChanges(had, { ...wantedTags(params), [HOST_TAG]: hostTag(host) }, false)
  if (Object.keys(set).length === 0) return undefined
  return {
    kind: 'call',
    says: `tag ${id} with ${Object.keys(set).join(', ')}`,
    diff: [{ header: `tags of ${id}`, before: tagValue(had), after: tagValue(after) }],
    predicted: { instance_id: id },
    call: async (signal) => {
      await askAws(() => tagNode(clients, id, set, signal))
      return null
    },
  }
}
