import pLimit from 'p-limit'
import { deleteActivation } from '../aws/activations.ts'
import type { AwsClients } from '../aws/clients.ts'
import { AwsFailure } from '../aws/errors.ts'
import { deregisterNode } from '../aws/nodes.ts'
import { changeRole } from '../aws/role-changes.ts'
import { deleteWorkspace } from '../aws/workspaces.ts'
import { roleRemoval } from '../modules/aws/role-changes.ts'
import { type AccountInventory, type FoundRole, nodesUsing } from './find.ts'

/** DeregisterManagedInstance takes one node at a time, and AWS states no rate for it. */
const AT_ONCE = 5

export type ThingKind = 'activation' | 'node' | 'role' | 'workspace'

/** What became of one thing. */
export interface Removal {
  readonly kind: ThingKind
  readonly name: string
  /** Why it is still there. */
  readonly failure?: { readonly message: string; readonly hint: string | undefined }
}

/**
 * Removes what was found, in the order in which it works: activations, so that nobody registers any more; nodes; roles
 * with their policies, once no node has them; workspaces with their metrics. What fails is told and does not stop the
 * rest; what somebody else removed meanwhile counts as removed, so this may be run again at any time.
 * @throws the signal's reason when it is aborted; what was begun is finished
 */
export async function* removeFromAccount(
  clients: AwsClients,
  { activations, nodes, roles, workspaces }: AccountInventory,
  signal?: AbortSignal,
): AsyncGenerator<Removal> {
  for (const { id } of activations) {
    signal?.throwIfAborted()
    yield await attempt('activation', id, () => deleteActivation(clients, id))
  }
  const limit = pLimit(AT_ONCE)
  const removals = nodes.map(({ id }) =>
    limit(() => {
      signal?.throwIfAborted()
      return attempt('node', id, () => deregisterNode(clients, id))
    }),
  )
  // Every one is waited for in the order of the table, whichever fails first.
  for (const removal of removals) removal.catch(() => undefined)
  for (const removal of removals) yield await removal
  for (const found of roles) {
    signal?.throwIfAborted()
    yield await attempt('role', found.role.name, () => removeRole(clients, found))
  }
  for (const { id, alias } of workspaces) {
    signal?.throwIfAborted()
    const name = alias === undefined ? id : `${alias} (${id})`
    yield await attempt('workspace', name, () => deleteWorkspace(clients, id))
  }
}

async function removeRole(clients: AwsClients, { role, usedBy }: FoundRole): Promise<void> {
  // Asked anew: a node that could not be deregistered, or came meanwhile, would lose its credentials with the role.
  const users = [...new Set([...usedBy, ...(await nodesUsing(clients, role))])]
  if (users.length > 0) throw stillUsed(role.name, users)
  for (const change of roleRemoval(role)) {
    try {
      await changeRole(clients, role.name, change)
    } catch (error) {
      // A policy that somebody took meanwhile must not keep the role.
      if (!isGone(error)) throw error
    }
  }
}

/** Why a role stays. */
export function stillUsed(name: string, users: readonly string[]): AwsFailure {
  const some = users.slice(0, 3).join(', ')
  return new AwsFailure(
    `role ${name} stays: ${some}${users.length > 3 ? ` and ${users.length - 3} more` : ''} ${users.length === 1 ? 'uses' : 'use'} it`,
    {
      code: 'RoleInUse',
      hint: 'without it a node gets no credentials any more: deregister the nodes and delete the activations that muster did not make, or leave the role to them by removing its tag muster:managed',
    },
  )
}

async function attempt(kind: ThingKind, name: string, remove: () => Promise<unknown>): Promise<Removal> {
  try {
    await remove()
    return { kind, name }
  } catch (error) {
    if (isGone(error)) return { kind, name }
    if (!(error instanceof AwsFailure)) throw error
    return { kind, name, failure: { message: error.message, hint: error.hint } }
  }
}

function isGone(error: unknown): boolean {
  return error instanceof AwsFailure && /^(NoSuchEntity|ResourceNotFound)$/.test(error.code)
}
