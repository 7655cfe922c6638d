import { CommonError } from '../errors.ts'
import { readForm, type XmlValue, xml, xmlError } from '../protocol/xml.ts'
import type { Call, Service } from '../service.ts'
import { iamNeeds } from './needs.ts'
import {
  attachRolePolicy,
  createPolicy,
  deleteRolePolicy,
  detachRolePolicy,
  getRolePolicy,
  listAttachedRolePolicies,
  listRolePolicies,
  putRolePolicy,
} from './policies.ts'
import {
  createRole,
  deletePermissionsBoundary,
  deleteRole,
  getRole,
  listRoles,
  listRoleTags,
  putPermissionsBoundary,
  tagRole,
  untagRole,
  updateAssumeRolePolicy,
  updateRole,
} from './roles.ts'

type Operation = (form: URLSearchParams, call: Call) => XmlValue

const OPERATIONS: Readonly<Record<string, Operation>> = {
  CreateRole: createRole,
  GetRole: getRole,
  ListRoles: listRoles,
  DeleteRole: deleteRole,
  UpdateRole: updateRole,
  UpdateAssumeRolePolicy: updateAssumeRolePolicy,
  TagRole: tagRole,
  UntagRole: untagRole,
  ListRoleTags: listRoleTags,
  PutRolePolicy: putRolePolicy,
  GetRolePolicy: getRolePolicy,
  ListRolePolicies: listRolePolicies,
  DeleteRolePolicy: deleteRolePolicy,
  AttachRolePolicy: attachRolePolicy,
  DetachRolePolicy: detachRolePolicy,
  ListAttachedRolePolicies: listAttachedRolePolicies,
  CreatePolicy: createPolicy,
  PutRolePermissionsBoundary: putPermissionsBoundary,
  DeleteRolePermissionsBoundary: deletePermissionsBoundary,
}

const VERSION = '2010-05-08'
const NAMESPACE = `https://iam.amazonaws.com/doc/${VERSION}/`

/** IAM: the Query protocol, told from STS by the version of its API. */
export const iam: Service = {
  scope: 'iam',
  handles: (request) => request.path === '/' && readForm(request).get('Version') === VERSION,
  operation(request) {
    const action = readForm(request).get('Action') ?? ''
    if (!Object.hasOwn(OPERATIONS, action)) {
      throw new CommonError('unknown-operation', `Could not find operation ${action} for version ${VERSION}`)
    }
    return `iam:${action}`
  },
  signing: () => 'access-key',
  needs: iamNeeds,
  answer(call) {
    const action = call.operation.slice('iam:'.length)
    return xml(NAMESPACE, action, OPERATIONS[action]!(readForm(call.request), call), call.requestId)
  },
  refuse: (error, requestId) => xmlError(NAMESPACE, error, requestId),
}
