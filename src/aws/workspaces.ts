import type { WorkspaceDescription } from '@aws-sdk/client-amp'
import { type AwsClients, abortable } from './clients.ts'
import { AwsFailure, asking } from './errors.ts'

export interface Workspace {
  readonly id: string
  readonly arn: string
  readonly alias: string | undefined
  /** CREATING, ACTIVE, UPDATING, DELETING or CREATION_FAILED. */
  readonly status: string
  /** Ends with a slash; undefined where only the list was read. */
  readonly endpoint: string | undefined
  /** ARN of the customer's key that it is encrypted with. */
  readonly kmsKeyArn: string | undefined
  readonly tags: Readonly<Record<string, string>>
}

/**
 * All workspaces of exactly this alias, which AWS does not keep unique; ones that are being deleted are left out.
 * @throws AwsFailure
 */
export async function findWorkspaces(
  clients: AwsClients,
  alias: string,
  signal?: AbortSignal,
): Promise<Workspace[]> {
  const client = await clients.amp()
  const ids: string[] = []
  await asking(
    'aps:ListWorkspaces',
    'list the workspaces',
    async () => {
      // AWS's filter takes the beginning of an alias.
      for await (const page of client.paginateListWorkspaces({ alias })) {
        signal?.throwIfAborted()
        for (const workspace of page.workspaces ?? []) {
          if (workspace.alias === alias && workspace.status?.statusCode !== 'DELETING')
            ids.push(workspace.workspaceId!)
        }
      }
    },
    signal,
  )
  const found = await Promise.all(ids.map((id) => describeWorkspace(clients, id, signal)))
  return found.filter((workspace) => workspace !== null)
}

/**
 * All workspaces of the region that carry these tags, whatever their alias; ones that are being deleted are left out.
 * @throws AwsFailure
 */
export async function workspacesWithTags(
  clients: AwsClients,
  tags: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<Workspace[]> {
  const client = await clients.amp()
  const found: Workspace[] = []
  await asking(
    'aps:ListWorkspaces',
    'list the workspaces',
    async () => {
      for await (const page of client.paginateListWorkspaces({})) {
        signal?.throwIfAborted()
        for (const workspace of page.workspaces ?? [])
          if (workspace.status?.statusCode !== 'DELETING')
            found.push(describe({ ...workspace, prometheusEndpoint: undefined }))
      }
    },
    signal,
  )
  return found.filter((workspace) =>
    Object.entries(tags).every(([key, value]) => workspace.tags[key] === value),
  )
}

/**
 * @returns null when there is none of that id
 * @throws AwsFailure
 */
export async function describeWorkspace(
  clients: AwsClients,
  id: string,
  signal?: AbortSignal,
): Promise<Workspace | null> {
  const amp = await clients.amp()
  try {
    const { workspace } = await asking(
      'aps:DescribeWorkspace',
      `look at workspace ${id}`,
      () => amp.describeWorkspace({ workspaceId: id }, abortable(signal)),
      signal,
    )
    return describe(workspace!)
  } catch (error) {
    if (error instanceof AwsFailure && error.code === 'ResourceNotFound') return null
    throw error
  }
}

/** Endpoints of workspaces that are there: they never change, and every host of a run asks for the same one. */
const endpoints = new WeakMap<AwsClients, Map<string, Promise<string | null>>>()

/**
 * The base URL of a workspace's Prometheus API, asked for once with the same clients.
 * @returns null when there is no such workspace (yet)
 * @throws AwsFailure
 */
export function workspaceEndpoint(
  clients: AwsClients,
  id: string,
  signal?: AbortSignal,
): Promise<string | null> {
  const known = endpoints.get(clients) ?? new Map<string, Promise<string | null>>()
  endpoints.set(clients, known)
  let endpoint = known.get(id)
  if (endpoint === undefined) {
    endpoint = describeWorkspace(clients, id, signal).then((workspace) => workspace?.endpoint ?? null)
    known.set(id, endpoint)
    const forget = () => known.delete(id)
    endpoint.then((found) => found === null && forget(), forget)
  }
  return endpoint
}

/**
 * Sets and removes tags.
 * @throws AwsFailure
 */
export async function changeWorkspaceTags(
  clients: AwsClients,
  arn: string,
  set: Readonly<Record<string, string>>,
  remove: readonly string[],
): Promise<void> {
  const amp = await clients.amp()
  const doing = `change the tags of ${arn}`
  if (remove.length > 0)
    await asking('aps:UntagResource', doing, () =>
      amp.untagResource({ resourceArn: arn, tagKeys: [...remove] }),
    )
  if (Object.keys(set).length > 0)
    await asking('aps:TagResource', doing, () => amp.tagResource({ resourceArn: arn, tags: { ...set } }))
}

/** Deletes a workspace and all that is stored in it. @throws AwsFailure */
export async function deleteWorkspace(clients: AwsClients, id: string): Promise<void> {
  const amp = await clients.amp()
  await asking('aps:DeleteWorkspace', `delete workspace ${id}`, () =>
    amp.deleteWorkspace({ workspaceId: id }),
  )
}

function describe(workspace: WorkspaceDescription): Workspace {
  return {
    id: workspace.workspaceId!,
    arn: workspace.arn!,
    alias: workspace.alias,
    status: workspace.status?.statusCode ?? 'unknown',
    endpoint: workspace.prometheusEndpoint,
    kmsKeyArn: workspace.kmsKeyArn,
    tags: workspace.tags ?? {},
  }
}
