import { randomBytes } from 'node:crypto'
import { readPolicy } from '../auth/policy.ts'
import { AwsError } from '../errors.ts'
import { arnPrefix } from '../partition.ts'
import { page } from '../protocol/paging.ts'
import type { XmlValue } from '../protocol/xml.ts'
import type { Call } from '../service.ts'
import type { Role } from '../state.ts'
import { checkTagCount, field, members, optionalField, tagsField } from './form.ts'
import { checkPolicy } from './managed.ts'

const NAME = { min: 1, max: 64, pattern: /^[\w+=,.@-]+$/ }
export const PATH = { min: 1, max: 512, pattern: /^(\/|\/[\x21-\x7e]+\/)$/ }
const ARN = { min: 20, max: 2048 }
const DESCRIPTION = { max: 1000, pattern: /^[\t\n\r\x20-\x7e\xa1-\xff]*$/ }

function roleArn(role: Role, { state, region }: Call): string {
  return `${arnPrefix(region)}:iam::${state.account}:role${role.path}${role.name}`
}

/** The role named in the request. @throws AwsError NoSuchEntity */
export function namedRole(form: URLSearchParams, call: Call): Role {
  const name = field(form, 'RoleName', NAME)
  const role = call.state.roles.get(name)
  if (role === undefined)
    throw new AwsError('NoSuchEntity', `The role with name ${name} cannot be found.`, 404)
  return role
}

/** @throws AwsError MalformedPolicyDocument */
export function policyField(form: URLSearchParams, name: string, needsPrincipal: boolean): string {
  const document = field(form, name, { min: 1, max: 131_072 })
  const statements = readPolicy(document)
  if (statements === null) throw new AwsError('MalformedPolicyDocument', 'Syntax errors in policy.')
  if (
    !needsPrincipal &&
    statements.some(({ resources, notResources }) => resources.length + notResources.length === 0)
  ) {
    throw new AwsError('MalformedPolicyDocument', 'Policy statement must contain resources.')
  }
  if (needsPrincipal && statements.some(({ resources }) => resources.length > 0)) {
    throw new AwsError('MalformedPolicyDocument', 'Has prohibited field Resource')
  }
  return document
}

/** CreateRole; names differ in more than case. @throws AwsError EntityAlreadyExists, MalformedPolicyDocument */
export function createRole(form: URLSearchParams, call: Call): XmlValue {
  const name = field(form, 'RoleName', NAME)
  const path = optionalField(form, 'Path', PATH) ?? '/'
  const description = optionalField(form, 'Description', DESCRIPTION)
  const document = policyField(form, 'AssumeRolePolicyDocument', true)
  const tags = checkTagCount(tagsField(form))
  const boundary = optionalField(form, 'PermissionsBoundary', ARN)
  if (boundary !== undefined) checkPolicy(boundary, call)
  if ([...call.state.roles.keys()].some((known) => known.toLowerCase() === name.toLowerCase())) {
    throw new AwsError('EntityAlreadyExists', `Role with name ${name} already exists.`, 409)
  }
  const role: Role = {
    name,
    path,
    id: `AROA${randomBytes(10).toString('hex').toUpperCase().slice(0, 17)}`,
    created: call.now,
    description,
    maxSessionDuration: sessionDuration(form) ?? 3600,
    tags,
    boundary,
    trust: [{ value: document, since: call.now }],
    attached: new Map(),
    inline: new Map(),
  }
  call.state.roles.set(name, role)
  return { Role: describe(role, call) }
}

/** GetRole. @throws AwsError NoSuchEntity */
export function getRole(form: URLSearchParams, call: Call): XmlValue {
  return { Role: describe(namedRole(form, call), call) }
}

/** ListRoles, below a path prefix, in pages. */
export function listRoles(form: URLSearchParams, call: Call): XmlValue {
  const prefix = optionalField(form, 'PathPrefix') ?? '/'
  const size = Number(optionalField(form, 'MaxItems', { pattern: /^\d{1,4}$/ }) ?? 100)
  const roles = [...call.state.roles.values()]
    .filter(({ path }) => path.startsWith(prefix))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const result = page(roles, prefix, optionalField(form, 'Marker'), size)
  if (result === null) throw new AwsError('ValidationError', 'Invalid Marker.')
  return {
    IsTruncated: result.nextToken !== undefined,
    Roles: result.items.map((role) => describe(role, call)),
    Marker: result.nextToken,
  }
}

/** DeleteRole. @throws AwsError DeleteConflict while policies are on it */
export function deleteRole(form: URLSearchParams, call: Call): XmlValue {
  const role = namedRole(form, call)
  if (role.attached.size > 0) {
    throw new AwsError('DeleteConflict', 'Cannot delete entity, must detach all policies first.', 409)
  }
  if (role.inline.size > 0)
    throw new AwsError('DeleteConflict', 'Cannot delete entity, must delete policies first.', 409)
  call.state.roles.delete(role.name)
  return undefined
}

/** UpdateRole: description and session duration. */
export function updateRole(form: URLSearchParams, call: Call): XmlValue {
  const role = namedRole(form, call)
  const description = optionalField(form, 'Description', DESCRIPTION)
  const duration = sessionDuration(form)
  if (description !== undefined) role.description = description
  if (duration !== undefined) role.maxSessionDuration = duration
  return {}
}

/** UpdateAssumeRolePolicy: another trust policy. @throws AwsError */
export function updateAssumeRolePolicy(form: URLSearchParams, call: Call): XmlValue {
  const role = namedRole(form, call)
  const document = policyField(form, 'PolicyDocument', true)
  role.trust = [...role.trust.slice(-4), { value: document, since: call.now }]
  return undefined
}

/** PutRolePermissionsBoundary. @throws AwsError NoSuchEntity */
export function putPermissionsBoundary(form: URLSearchParams, call: Call): XmlValue {
  const role = namedRole(form, call)
  const arn = field(form, 'PermissionsBoundary', ARN)
  checkPolicy(arn, call)
  role.boundary = arn
  return undefined
}

/** DeleteRolePermissionsBoundary. @throws AwsError NoSuchEntity */
export function deletePermissionsBoundary(form: URLSearchParams, call: Call): XmlValue {
  const role = namedRole(form, call)
  if (role.boundary === undefined)
    throw new AwsError('NoSuchEntity', `Role ${role.name} does not have a permissions boundary.`, 404)
  role.boundary = undefined
  return undefined
}

/** TagRole: adds tags or changes their values, up to 50. @throws AwsError */
export function tagRole(form: URLSearchParams, call: Call): XmlValue {
  const role = namedRole(form, call)
  role.tags = checkTagCount({ ...role.tags, ...tagsField(form) })
  return undefined
}

/** UntagRole. @throws AwsError */
export function untagRole(form: URLSearchParams, call: Call): XmlValue {
  const role = namedRole(form, call)
  const keys = members(form, 'TagKeys')
  role.tags = Object.fromEntries(Object.entries(role.tags).filter(([key]) => !keys.includes(key)))
  return undefined
}

/** ListRoleTags. @throws AwsError NoSuchEntity */
export function listRoleTags(form: URLSearchParams, call: Call): XmlValue {
  return { IsTruncated: false, Tags: tagMembers(namedRole(form, call)) }
}

function sessionDuration(form: URLSearchParams): number | undefined {
  const text = optionalField(form, 'MaxSessionDuration', { pattern: /^\d+$/ })
  const seconds = text === undefined ? undefined : Number(text)
  if (seconds !== undefined && (seconds < 3600 || seconds > 43_200)) {
    throw new AwsError('ValidationError', 'MaxSessionDuration must be between 3600 and 43200')
  }
  return seconds
}

function tagMembers(role: Role): XmlValue {
  return Object.entries(role.tags).map(([Key, Value]) => ({ Key, Value }))
}

function describe(role: Role, call: Call): XmlValue {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: roleArn(role, call),
    CreateDate: new Date(role.created).toISOString().replace(/\.\d{3}Z$/, 'Z'),
    AssumeRolePolicyDocument: encodeURIComponent(role.trust.at(-1)!.value),
    Description: role.description,
    MaxSessionDuration: role.maxSessionDuration,
    Tags: Object.keys(role.tags).length === 0 ? undefined : tagMembers(role),
    PermissionsBoundary:
      role.boundary === undefined
        ? undefined
        : { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: role.boundary },
    RoleLastUsed: {},
  }
}
