import { CommonError } from '../errors.ts'
import { arnPrefix } from '../partition.ts'
import type { Call } from '../service.ts'
import type { Principal, Role, State } from '../state.ts'
import { allows, type Needed } from './evaluate.ts'
import { MANAGED_POLICIES } from './managed-policies.ts'

/** The ARN by which AWS names who signed. */
export function principalArn(principal: Principal, account: string, region: string): string {
  const prefix = arnPrefix(region)
  if (principal.kind === 'administrator') return `${prefix}:iam::${account}:user/administrator`
  if (principal.kind === 'user') return `${prefix}:iam::${account}:user/${principal.name}`
  return `${prefix}:sts::${account}:assumed-role/${principal.role.split('/').at(-1)}/${principal.nodeId}`
}

/**
 * Asks the policies of a user, or of a node's role and its permissions boundary, for all that a request needs. The
 * administrator may do everything.
 * @throws CommonError `access-denied`
 */
export function authorize(call: Call, needs: readonly Needed[]): void {
  const { principal, state, region } = call
  if (principal === null || principal.kind === 'administrator') return
  const missing = needs.find((needed) => !policiesOf(call).every((policies) => allows(policies, needed)))
  if (missing === undefined) return
  const { action, resource } = missing
  throw new CommonError(
    'access-denied',
    `User: ${principalArn(principal, state.account, region)} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
  )
}

/** Sets of policies, each of which has to allow what is done. */
function policiesOf({ principal, state, now, settings }: Call): (readonly string[])[] {
  if (principal?.kind === 'user') return [principal.policies]
  if (principal?.kind !== 'node') return []
  const role = state.roles.get(principal.role.split('/').at(-1)!)
  if (role === undefined) return [[]]
  const own = policiesSeenBy(role, state, now - settings.iamDelay * 1000)
  return role.boundary === undefined ? [own] : [own, [policyDocument(role.boundary, state) ?? '']]
}

function policiesSeenBy(role: Role, state: State, time: number): string[] {
  return [
    ...[...role.attached]
      .filter(([, since]) => since <= time)
      .map(([arn]) => policyDocument(arn, state) ?? ''),
    ...[...role.inline.values()].filter(({ since }) => since <= time).map(({ value }) => value),
  ]
}

/** The document of a managed policy, AWS's own or one of the account; undefined where there is none. */
export function policyDocument(arn: string, state: State): string | undefined {
  return MANAGED_POLICIES.get(arn.replace(/^arn:aws[a-z-]*:/, 'arn:aws:')) ?? state.policies.get(arn)
}
