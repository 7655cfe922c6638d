import { type ActivationDescription, listActivations } from '../aws/activations.ts'
import type { AwsClients } from '../aws/clients.ts'
import { callerIdentity } from '../aws/identity.ts'
import { type NodeInformation, nodesOfRole, nodesWithTags } from '../aws/nodes.ts'
import { findRoles, type Role, readRole } from '../aws/roles.ts'
import { MANAGED_TAG } from '../aws/tags.ts'
import { type Workspace, workspacesWithTags } from '../aws/workspaces.ts'

/** A role that muster made, and what muster did not make and needs it. */
export interface FoundRole {
  readonly role: Role
  /** Nodes and activations of the region, by id. */
  readonly usedBy: readonly string[]
}

/** What muster made in an account: activations, nodes and workspaces of a region, and roles. */
export interface AccountInventory {
  /** Twelve digits. */
  readonly account: string
  readonly region: string
  readonly owner: string
  readonly activations: readonly ActivationDescription[]
  readonly nodes: readonly NodeInformation[]
  readonly roles: readonly FoundRole[]
  readonly workspaces: readonly Workspace[]
}

/**
 * Finds what carries the owner's tag, and nothing else: names and aliases decide nothing, since others may use the same.
 * @throws AwsFailure
 */
export async function findInAccount(
  clients: AwsClients,
  owner: string,
  signal?: AbortSignal,
): Promise<AccountInventory> {
  const tags = { [MANAGED_TAG]: owner }
  const { account } = await callerIdentity(clients, signal)
  const [all, nodes, names, workspaces] = await Promise.all([
    listActivations(clients, {}, signal),
    Array.fromAsync(nodesWithTags(clients, tags, signal)),
    findRoles(clients, tags, signal),
    workspacesWithTags(clients, tags, signal),
  ])
  const isOurs = (activation: ActivationDescription) => activation.tags[MANAGED_TAG] === owner
  const ourNodes = new Set(nodes.map(({ id }) => id))
  const found = await Promise.all(
    names.map(async (name): Promise<FoundRole[]> => {
      const role = await readRole(clients, name, signal)
      if (role === null) return []
      const foreign = all.filter((activation) => activation.role === roleId(role) && !isOurs(activation))
      const users = await nodesUsing(clients, role, signal)
      const usedBy = [...foreign.map(({ id }) => id), ...users.filter((id) => !ourNodes.has(id))]
      return [{ role, usedBy }]
    }),
  )
  return {
    account,
    region: clients.region,
    owner,
    activations: all.filter(isOurs),
    nodes,
    roles: found.flat(),
    workspaces,
  }
}

/** Ids of the nodes of the region that have the role. @throws AwsFailure */
export async function nodesUsing(clients: AwsClients, role: Role, signal?: AbortSignal): Promise<string[]> {
  const nodes = await Array.fromAsync(nodesOfRole(clients, roleId(role), signal))
  return nodes.map(({ id }) => id)
}

/** A role as activations and nodes name it. */
function roleId({ path, name }: Role): string {
  return `${path.slice(1)}${name}`
}

/** How many things there are. */
export function countThings({ activations, nodes, roles, workspaces }: AccountInventory): number {
  return activations.length + nodes.length + roles.length + workspaces.length
}
