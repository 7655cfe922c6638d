import { AwsError } from '../errors.ts'
import { arnPrefix } from '../partition.ts'
import type { XmlValue } from '../protocol/xml.ts'
import type { Call } from '../service.ts'
import { field, optionalField } from './form.ts'
import { checkPolicy } from './managed.ts'
import { namedRole, PATH, policyField } from './roles.ts'

const POLICY_NAME = { min: 1, max: 128, pattern: /^[\w+=,.@-]+$/ }
const ARN = { min: 20, max: 2048 }

/** CreatePolicy: a managed policy of the account, in the one version that it has here. */
export function createPolicy(form: URLSearchParams, call: Call): XmlValue {
  const name = field(form, 'PolicyName', POLICY_NAME)
  const path = optionalField(form, 'Path', PATH) ?? '/'
  const document = policyField(form, 'PolicyDocument', false)
  const arn = `${arnPrefix(call.region)}:iam::${call.state.account}:policy${path}${name}`
  if (call.state.policies.has(arn))
    throw new AwsError('EntityAlreadyExists', `A policy called ${name} already exists.`, 409)
  call.state.policies.set(arn, document)
  return { Policy: { PolicyName: name, Path: path, Arn: arn, DefaultVersionId: 'v1' } }
}

/** PutRolePolicy: makes an inline policy or takes its place. @throws AwsError */
export function putRolePolicy(form: URLSearchParams, call: Call): XmlValue {
  const role = namedRole(form, call)
  const name = field(form, 'PolicyName', POLICY_NAME)
  role.inline.set(name, { value: policyField(form, 'PolicyDocument', false), since: call.now })
  return undefined
}

/** GetRolePolicy; the document is percent-encoded, as IAM gives it. @throws AwsError NoSuchEntity */
export function getRolePolicy(form: URLSearchParams, call: Call): XmlValue {
  const role = namedRole(form, call)
  const name = field(form, 'PolicyName', POLICY_NAME)
  const policy = role.inline.get(name)
  if (policy === undefined) throw noPolicy(name)
  return { RoleName: role.name, PolicyName: name, PolicyDocument: encodeURIComponent(policy.value) }
}

/** ListRolePolicies: names of inline policies. @throws AwsError */
export function listRolePolicies(form: URLSearchParams, call: Call): XmlValue {
  return { IsTruncated: false, PolicyNames: [...namedRole(form, call).inline.keys()].sort() }
}

/** DeleteRolePolicy. @throws AwsError NoSuchEntity */
export function deleteRolePolicy(form: URLSearchParams, call: Call): XmlValue {
  const role = namedRole(form, call)
  const name = field(form, 'PolicyName', POLICY_NAME)
  if (!role.inline.delete(name)) throw noPolicy(name)
  return undefined
}

/** AttachRolePolicy; attaching twice is no error. */
export function attachRolePolicy(form: URLSearchParams, call: Call): XmlValue {
  const role = namedRole(form, call)
  const arn = field(form, 'PolicyArn', ARN)
  checkPolicy(arn, call)
  if (!role.attached.has(arn)) role.attached.set(arn, call.now)
  return undefined
}

/** DetachRolePolicy. @throws AwsError NoSuchEntity when it is not attached */
export function detachRolePolicy(form: URLSearchParams, call: Call): XmlValue {
  const role = namedRole(form, call)
  const arn = field(form, 'PolicyArn', ARN)
  if (!role.attached.delete(arn)) throw new AwsError('NoSuchEntity', `Policy ${arn} was not found.`, 404)
  return undefined
}

/** ListAttachedRolePolicies: names and ARNs of managed policies. @throws AwsError */
export function listAttachedRolePolicies(form: URLSearchParams, call: Call): XmlValue {
  return {
    IsTruncated: false,
    AttachedPolicies: [...namedRole(form, call).attached.keys()]
      .sort()
      .map((arn) => ({ PolicyName: arn.slice(arn.lastIndexOf('/') + 1), PolicyArn: arn })),
  }
}

function noPolicy(name: string): AwsError {
  return new AwsError('NoSuchEntity', `The role policy with name ${name} cannot be found.`, 404)
}
