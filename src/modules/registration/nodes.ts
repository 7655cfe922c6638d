import type { AwsClients } from '../../aws/clients.ts'
import { nodesLackingTags } from '../../aws/node-tags.ts'
import type { Dict } from '../../values/value.ts'
import { readTags, type Tags } from '../aws/tags.ts'
import type { Member } from '../batch-hook.ts'
import type { Text } from '../parameters.ts'
import type { AgentAnswers } from './agent-state.ts'
import { type Claim, lookAtOwners, type Owners } from './owners.ts'

export interface RegistrationParameters {
  readonly region: Text
  readonly iam_role: Text
  readonly instance_name: Text | undefined
  readonly tags: Dict | undefined
  readonly owner: Text
  readonly expires_in: number
  readonly reregister: boolean
  readonly activation_id?: Text | undefined
  readonly prove: boolean
}

export type RegistrationMember = Member<RegistrationParameters, Pick<AgentAnswers, 'registration'>>

/** What Systems Manager says of the nodes that the hosts of a batch are. */
export interface KnownNodes extends Owners {
  /** Id -> tags that the node has, for those that lack a wanted one. */
  readonly lacking: ReadonlyMap<string, Tags>
  readonly clients: AwsClients
}

/** The tags that a host's node shall have. */
export function wantedTags({ tags }: Pick<RegistrationParameters, 'tags'>): Tags {
  return tags === undefined ? {} : readTags(tags)
}

interface Registered {
  readonly claim: Claim
  readonly tags: Tags
}

/** Asks Systems Manager for the nodes of a batch in a region, all at once: whose they are, and the tags that they lack. */
export async function lookAtNodes(
  clients: AwsClients,
  members: readonly RegistrationMember[],
  signal: AbortSignal,
): Promise<KnownNodes> {
  const registered = members.flatMap(({ host, params, answers }): (Registered & { moves: boolean })[] => {
    const id = answers.registration.node?.id
    return id === undefined
      ? []
      : [{ claim: { host, id }, tags: wantedTags(params), moves: params.reregister }]
  })
  // One that is to be registered anew is deregistered then.
  const moving = new Set(registered.filter(({ moves }) => moves).map(({ claim }) => claim.id))
  const claims = registered.map(({ claim }) => claim)
  const owners = await lookAtOwners(clients, claims, (id) => moving.has(id), signal)
  const lacking = new Map<string, Tags>()
  for (const { tags, ids } of byTags(registered)) {
    const there = ids.filter((id) => owners.nodes.has(id))
    for (const [id, had] of await nodesLackingTags(clients, there, tags, signal)) lacking.set(id, had)
  }
  // What is to be changed is changed by all that is known of it.
  return { ...owners, tags: new Map([...owners.tags, ...lacking]), lacking, clients }
}

function byTags(registered: readonly Registered[]): { tags: Tags; ids: string[] }[] {
  const groups = new Map<string, { tags: Tags; ids: string[] }>()
  for (const { claim, tags } of registered) {
    const key = JSON.stringify(Object.entries(tags).sort())
    const group = groups.get(key) ?? { tags, ids: [] }
    group.ids.push(claim.id)
    groups.set(key, group)
  }
  return [...groups.values()]
}
