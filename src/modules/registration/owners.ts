import { isIP } from 'node:net'
import type { AwsClients } from '../../aws/clients.ts'
import { tagsOfNodes } from '../../aws/node-tags.ts'
import { describeNodes, type NodeInformation, nodesWithTagOf } from '../../aws/nodes.ts'
import { HOST_TAG, HOSTS_TAG, hostTag } from '../../aws/tags.ts'
import { Secret } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Tags } from '../aws/tags.ts'
import type { ModuleContext } from '../module.ts'

/** What a host says: that it is this node. Its word is no proof. */
export interface Claim {
  readonly host: string
  readonly id: string
}

/** What Systems Manager says of the nodes that hosts claim to be. */
export interface Owners {
  /** Those of the claimed ids that it knows. */
  readonly nodes: ReadonlyMap<string, NodeInformation>
  /**
   * Id -> its tags, read node by node. One that is missing here carries the tag of a host that asked with it, and is
   * claimed by no other.
   */
  readonly tags: ReadonlyMap<string, Tags>
  readonly claims: Claims
}

/** Who claims to be which node, in one batch: a node is one host's. */
export class Claims {
  readonly #hosts = new Map<string, Set<string>>()

  constructor(claims: Iterable<Claim> = []) {
    for (const claim of claims) this.add(claim)
  }

  add({ host, id }: Claim): void {
    this.#hosts.set(id, (this.#hosts.get(id) ?? new Set()).add(host))
  }

  /** Others that claim it too. */
  rivals({ host, id }: Claim): string[] {
    return [...(this.#hosts.get(id) ?? [])].filter((each) => each !== host)
  }
}

/**
 * Asks Systems Manager whose the claimed nodes are: by tag, 50 hosts a call, and node by node only where that leaves a
 * question open.
 * @param exactly ids that are to be changed: which of the asked hosts' tags a node carries is read of each
 * @throws AwsFailure
 */
export async function lookAtOwners(
  clients: AwsClients,
  claimed: readonly Claim[],
  exactly: (id: string) => boolean,
  signal?: AbortSignal,
): Promise<Owners> {
  const ids = new Set(claimed.map(({ id }) => id))
  const claims = new Claims(claimed)
  const nodes = new Map<string, NodeInformation>()
  const hosts = claimed.map(({ host }) => hostTag(host))
  for await (const node of nodesWithTagOf(clients, HOST_TAG, hosts, signal))
    if (ids.has(node.id)) nodes.set(node.id, node)
  const tagged = new Set(nodes.keys())
  const others = [...ids].filter((id) => !tagged.has(id))
  for (const [id, node] of await describeNodes(clients, others, signal)) nodes.set(id, node)
  const open = claimed.filter(
    (claim) =>
      nodes.has(claim.id) && (!tagged.has(claim.id) || exactly(claim.id) || claims.rivals(claim).length > 0),
  )
  return { nodes, claims, tags: await tagsOfNodes(clients, new Set(open.map(({ id }) => id)), signal) }
}

/** Whether a node is a host's: `tagged` says so by the tag, else the evidence is another. */
export type Ownership =
  | { readonly owned: true; readonly tagged: boolean }
  | { readonly owned: false; readonly found: string }

/**
 * Whether the node that a host claims to be is its own, by what Systems Manager knows of the node and muster of the
 * host. What the host says of itself (its name, its addresses) counts for nothing.
 *
 * @param address where muster reaches the host
 */
export function judgeOwner(claim: Claim, address: string, owners: Owners): Ownership {
  const node = owners.nodes.get(claim.id)
  if (node === undefined) return { owned: false, found: 'Systems Manager does not know it' }
  const tags = owners.tags.get(claim.id)
  if (tags === undefined) return { owned: true, tagged: true }
  const tag = tags[HOST_TAG]
  if (tag !== undefined)
    return tag === hostTag(claim.host)
      ? { owned: true, tagged: true }
      : { owned: false, found: `its tag ${HOST_TAG} says ${tag}` }
  const rivals = owners.claims.rivals(claim)
  if (rivals.length > 0)
    return { owned: false, found: `${rivals.join(' and ')} of the same batch says to be it too` }
  const named = tags[HOSTS_TAG]?.split(' ').includes(hostTag(claim.host)) === true
  if (named || isEvidence(claim.host, address, node)) return { owned: true, tagged: false }
  const known = [
    `computer name ${node.computerName ?? 'unknown'}`,
    `address ${node.ipAddress ?? 'unknown'}`,
    ...(node.name === undefined ? [] : [`name ${node.name}`]),
    `no tag ${HOST_TAG}`,
  ]
  return { owned: false, found: `Systems Manager knows it with ${known.join(', ')}` }
}

/** Where muster reaches the host of a task. */
export function addressOf(context: ModuleContext): string {
  const address = context.variable('ansible_host')
  if (address instanceof Secret) return address.revealText()
  return typeof address === 'string' ? address : context.host
}

/** The names under which the inventory has the host, against those that the node's own agent told Systems Manager. */
function isEvidence(host: string, address: string, node: NodeInformation): boolean {
  const names = [host, address].filter((name) => name !== '' && isIP(name) === 0 && name !== 'localhost')
  const addresses = [host, address].filter((name) => isIP(name) !== 0 && !isLoopback(name))
  return (
    names.some((name) => isSameName(name, node.computerName) || name === node.name) ||
    (node.ipAddress !== undefined && addresses.includes(node.ipAddress))
  )
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1'
}

/** `web01` and `web01.example.com` are one. */
function isSameName(left: string, right: string | undefined): boolean {
  if (right === undefined || right === '' || right === 'localhost') return false
  const [a, b] = [left.toLowerCase(), right.toLowerCase()]
  return a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`)
}

/** The failure of a host that claims another's node. */
export function notItsNode({ host, id }: Claim, found: string): TaskFailure {
  return new TaskFailure(
    `${host} says that it is the node ${id}, and nothing proves it: ${found}. Nothing was changed`,
    {
      hint: `where it is right, say so: aws ssm add-tags-to-resource --resource-type ManagedInstance --resource-id ${id} --tags Key=${HOST_TAG},Value=${hostTag(host)}; or register it anew (reregister: true), which leaves that node alone`,
    },
  )
}
