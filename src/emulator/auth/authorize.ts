import { CommonError } from '../errors.ts'
import type { Call } from '../service.ts'
import type { Principal, Role } from '../state.ts'
import { MANAGED_POLICIES } from './managed-policies.ts'
import { allows } from './policy.ts'

/** The ARN by which AWS names who signed. */
export function principalArn(principal: Principal, account: string): string {
  if (principal.kind === 'administrator') return `arn:aws:iam::${account}:user/administrator`
  return `arn:aws:sts::${account}:assumed-role/${principal.role.split('/').at(-1)}/${principal.nodeId}`
}

/**
 * Asks the policies of a node's role. The administrator may do everything.
 * @throws CommonError `access-denied`
 */
export function authorize(call: Call, resource: string): void {
  const { principal, state } = call
  if (principal === null || principal.kind === 'administrator') return
  const role = state.roles.get(principal.role.split('/').at(-1)!)
  const seen = call.now - call.settings.iamDelay * 1000
  if (role !== undefined && allows(policiesSeenBy(role, seen), call.operation, resource)) return
  throw new CommonError(
    'access-denied',
    `User: ${principalArn(principal, state.account)} is not authorized to perform: ${call.operation} on resource: ${resource} because no identity-based policy allows the ${call.operation} action`,
  )
}

function policiesSeenBy(role: Role, time: number): string[] {
  return [
    ...[...role.attached]
      .filter(([, since]) => since <= time)
      .map(([arn]) => MANAGED_POLICIES.get(arn) ?? ''),
    ...[...role.inline.values()].filter(({ since }) => since <= time).map(({ value }) => value),
  ]
}
