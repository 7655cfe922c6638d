import { randomUUID } from 'node:crypto'
import { AwsError } from '../errors.ts'
import { arnPrefix } from '../partition.ts'
import { Input } from '../protocol/input.ts'
import { readJson } from '../protocol/json.ts'
import { page } from '../protocol/paging.ts'
import { rest } from '../protocol/rest.ts'
import { type Answer, header } from '../request.ts'
import type { Call } from '../service.ts'
import type { Workspace } from '../state.ts'

/** Workspaces an account may have in a region (AMP's quota, adjustable there). */
const QUOTA = 25
const ALIAS = /^ *[0-9A-Za-z][-.0-9A-Z_a-z]* *$/
const INVALID = { reason: 'FIELD_VALIDATION_FAILED' }

function workspaceArn(workspace: Workspace, account: string): string {
  return `${arnPrefix(workspace.region)}:aps:${workspace.region}:${account}:workspace/${workspace.id}`
}

/** CREATING until it is settled, then ACTIVE or CREATION_FAILED. */
export function workspaceStatus(
  workspace: Workspace,
  now: number,
): 'CREATING' | 'ACTIVE' | 'CREATION_FAILED' {
  if (now < workspace.settled) return 'CREATING'
  return workspace.fails ? 'CREATION_FAILED' : 'ACTIVE'
}

/** The workspace of an id in the call's region. @throws AwsError ResourceNotFoundException */
export function findWorkspace(id: string, call: Call): Workspace {
  const workspace = call.state.workspaces.get(id)
  if (workspace?.region !== call.region) {
    throw new AwsError('ResourceNotFoundException', 'Workspace not found', 404, {
      resourceId: id,
      resourceType: 'workspace',
    })
  }
  return workspace
}

/** CreateWorkspace. The same client token answers with the same workspace; the same alias does not. */
export function createWorkspace(call: Call): Answer {
  const input = new Input(readJson(call.request))
  const alias = input.text('alias', { min: 1, max: 100, pattern: ALIAS })?.trim()
  const clientToken = input.text('clientToken', { min: 1, max: 64, pattern: /^[!-~]+$/ })
  const kmsKeyArn = input.text('kmsKeyArn', { min: 20, max: 2048 })
  const tags = input.tagMap('tags', 50) ?? {}
  input.done('ValidationException', INVALID)
  const { state, region, now, settings } = call
  const inRegion = [...state.workspaces.values()].filter((workspace) => workspace.region === region)
  const before =
    clientToken === undefined ? undefined : inRegion.find((known) => known.clientToken === clientToken)
  if (before !== undefined) {
    if (before.alias === alias) return accepted(before, call)
    throw new AwsError('ConflictException', 'The client token was used with other parameters', 409, {
      resourceId: before.id,
      resourceType: 'workspace',
    })
  }
  if (inRegion.length >= QUOTA) {
    throw new AwsError(
      'ServiceQuotaExceededException',
      'The maximum number of workspaces has been reached',
      402,
      {
        resourceId: '',
        resourceType: 'workspace',
        serviceCode: 'aps',
        quotaCode: 'L-98C1FDA6',
      },
    )
  }
  const workspace: Workspace = {
    id: `ws-${randomUUID()}`,
    region,
    created: now,
    settled: now + settings.workspaceDelay * 1000,
    fails: settings.workspaceFails,
    clientToken,
    kmsKeyArn,
    alias,
    tags,
  }
  state.workspaces.set(workspace.id, workspace)
  return accepted(workspace, call)
}

function accepted(workspace: Workspace, call: Call): Answer {
  return rest(
    {
      workspaceId: workspace.id,
      arn: workspaceArn(workspace, call.state.account),
      status: { statusCode: workspaceStatus(workspace, call.now) },
      tags: workspace.tags,
      kmsKeyArn: workspace.kmsKeyArn,
    },
    202,
  )
}

/** ListWorkspaces; `alias` is a prefix. */
export function listWorkspaces(call: Call): Answer {
  const query = new URLSearchParams(call.request.query)
  const size = query.get('maxResults') ?? '100'
  const alias = query.get('alias') ?? ''
  if (!/^\d+$/.test(size) || Number(size) < 1 || Number(size) > 1000) {
    throw new AwsError('ValidationException', 'maxResults must be between 1 and 1000', 400, INVALID)
  }
  const found = [...call.state.workspaces.values()]
    .filter((workspace) => workspace.region === call.region && (workspace.alias ?? '').startsWith(alias))
    .sort((a, b) => a.created - b.created)
  const result = page(found, alias, query.get('nextToken') ?? undefined, Number(size))
  if (result === null) throw new AwsError('ValidationException', 'nextToken is not valid', 400, INVALID)
  return rest({
    workspaces: result.items.map((workspace) => summary(workspace, call)),
    nextToken: result.nextToken,
  })
}

function summary(workspace: Workspace, call: Call): Readonly<Record<string, unknown>> {
  return {
    workspaceId: workspace.id,
    alias: workspace.alias,
    arn: workspaceArn(workspace, call.state.account),
    status: { statusCode: workspaceStatus(workspace, call.now) },
    createdAt: workspace.created / 1000,
    tags: workspace.tags,
    kmsKeyArn: workspace.kmsKeyArn,
  }
}

/**
 * DescribeWorkspace. The endpoint is where the request came to, so it is reachable for whoever asks; behind something
 * that ends TLS, that tells so in `X-Forwarded-Proto`.
 */
export function describeWorkspace(id: string, call: Call): Answer {
  const workspace = findWorkspace(id, call)
  const scheme = header(call.request, 'x-forwarded-proto') === 'https' ? 'https' : 'http'
  const prometheusEndpoint = `${scheme}://${header(call.request, 'host')}/workspaces/${id}/`
  return rest({ workspace: { ...summary(workspace, call), prometheusEndpoint } })
}

/** DeleteWorkspace. @throws AwsError ConflictException while it is being made */
export function deleteWorkspace(id: string, call: Call): Answer {
  const workspace = findWorkspace(id, call)
  if (workspaceStatus(workspace, call.now) === 'CREATING') {
    throw new AwsError('ConflictException', 'The workspace is not ACTIVE', 409, {
      resourceId: id,
      resourceType: 'workspace',
    })
  }
  call.state.workspaces.delete(id)
  call.series.drop(id)
  return { status: 202, headers: {}, body: '' }
}

/** UpdateWorkspaceAlias: 1 to 100 characters; without one the alias is taken away. @throws AwsError */
export function updateWorkspaceAlias(id: string, call: Call): Answer {
  const input = new Input(readJson(call.request))
  const alias = input.text('alias', { min: 1, max: 100, pattern: ALIAS })?.trim()
  input.done('ValidationException', INVALID)
  findWorkspace(id, call).alias = alias
  return { status: 204, headers: {}, body: '' }
}

/** The resource of `/tags/{arn}`. */
function taggedWorkspace(arn: string, call: Call): Workspace {
  return findWorkspace(decodeURIComponent(arn).split('/').at(-1) ?? '', call)
}

/** TagResource: adds tags or changes their values, up to 50. @throws AwsError */
export function tagWorkspace(arn: string, call: Call): Answer {
  const input = new Input(readJson(call.request))
  const tags = input.tagMap('tags', 50) ?? {}
  input.done('ValidationException', INVALID)
  const workspace = taggedWorkspace(arn, call)
  workspace.tags = { ...workspace.tags, ...tags }
  return rest({})
}

/** UntagResource, with keys in the query. @throws AwsError */
export function untagWorkspace(arn: string, call: Call): Answer {
  const workspace = taggedWorkspace(arn, call)
  const keys = new URLSearchParams(call.request.query).getAll('tagKeys')
  workspace.tags = Object.fromEntries(Object.entries(workspace.tags).filter(([key]) => !keys.includes(key)))
  return rest({})
}

/** ListTagsForResource. @throws AwsError ResourceNotFoundException */
export function listWorkspaceTags(arn: string, call: Call): Answer {
  return rest({ tags: taggedWorkspace(arn, call).tags })
}
