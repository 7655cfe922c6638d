import { CommonError } from '../errors.ts'
import { restError } from '../protocol/rest.ts'
import type { Answer, CloudRequest } from '../request.ts'
import type { Call, Service } from '../service.ts'
import { query, remoteWrite } from './data-plane.ts'
import { ampNeeds } from './needs.ts'
import {
  createWorkspace,
  deleteWorkspace,
  describeWorkspace,
  listWorkspaces,
  listWorkspaceTags,
  tagWorkspace,
  untagWorkspace,
  updateWorkspaceAlias,
} from './workspaces.ts'

interface Route {
  /** Method and path; the path's one parameter is caught. */
  readonly pattern: RegExp
  readonly operation: string
  readonly answer: (parameter: string, call: Call) => Answer | Promise<Answer>
}

const ROUTES: readonly Route[] = [
  {
    pattern: /^POST \/workspaces\/?$/,
    operation: 'CreateWorkspace',
    answer: (_, call) => createWorkspace(call),
  },
  {
    pattern: /^GET \/workspaces\/?$/,
    operation: 'ListWorkspaces',
    answer: (_, call) => listWorkspaces(call),
  },
  { pattern: /^GET \/workspaces\/([^/]+)$/, operation: 'DescribeWorkspace', answer: describeWorkspace },
  { pattern: /^DELETE \/workspaces\/([^/]+)$/, operation: 'DeleteWorkspace', answer: deleteWorkspace },
  {
    pattern: /^POST \/workspaces\/([^/]+)\/alias$/,
    operation: 'UpdateWorkspaceAlias',
    answer: updateWorkspaceAlias,
  },
  { pattern: /^POST \/tags\/(.+)$/, operation: 'TagResource', answer: tagWorkspace },
  { pattern: /^DELETE \/tags\/(.+)$/, operation: 'UntagResource', answer: untagWorkspace },
  { pattern: /^GET \/tags\/(.+)$/, operation: 'ListTagsForResource', answer: listWorkspaceTags },
  {
    pattern: /^POST \/workspaces\/([^/]+)\/api\/v1\/remote_write$/,
    operation: 'RemoteWrite',
    answer: remoteWrite,
  },
  {
    pattern: /^(?:GET|POST) \/workspaces\/([^/]+)\/api\/v1\/query$/,
    operation: 'QueryMetrics',
    answer: query,
  },
]

function route(request: CloudRequest): { route: Route; parameter: string } | undefined {
  for (const route of ROUTES) {
    const match = route.pattern.exec(`${request.method} ${request.path}`)
    if (match !== null) return { route, parameter: match[1] ?? '' }
  }
  return undefined
}

/** Amazon Managed Service for Prometheus, control and data plane: REST-JSON by path. */
export const amp: Service = {
  scope: 'aps',
  handles: ({ path }) => path.startsWith('/workspaces') || path.startsWith('/tags/'),
  operation(request) {
    const found = route(request)
    if (found === undefined)
      throw new CommonError(
        'unknown-operation',
        'Unable to determine service/operation name to be authorized',
      )
    return `aps:${found.route.operation}`
  },
  signing: () => 'access-key',
  needs: ampNeeds,
  answer(call) {
    const { route: found, parameter } = route(call.request)!
    return found.answer(parameter, call)
  },
  refuse: restError,
}
