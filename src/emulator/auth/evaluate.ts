import { arnPrefix } from '../partition.ts'
import { type Context, conditionsHold } from './conditions.ts'
import { readPolicy, type Statement } from './policy.ts'
import { matches } from './wildcards.ts'

/** One permission that a request needs. */
export interface Needed {
  /** `ssm:CreateActivation`. */
  readonly action: string
  /** An ARN, or `*` for an action that is for no resource. */
  readonly resource: string
  readonly context: Context
}

/** Whether policies allow it: one of their statements does, and none denies it. */
export function allows(documents: Iterable<string>, needed: Needed): boolean {
  let allowed = false
  for (const document of documents) {
    for (const statement of readPolicy(document) ?? []) {
      if (!isAbout(statement, needed)) continue
      const holds = conditionsHold(statement.condition, needed.context)
      // What cannot be judged here must not pass for leave.
      if (statement.effect === 'Deny' && holds !== false) return false
      if (statement.effect === 'Allow' && holds === true) allowed = true
    }
  }
  return allowed
}

function isAbout(statement: Statement, { action, resource }: Needed): boolean {
  return (
    isNamed(statement.actions, statement.notActions, action, true) &&
    isNamed(statement.resources, statement.notResources, resource, false)
  )
}

function isNamed(
  patterns: readonly string[],
  others: readonly string[],
  name: string,
  anyCase: boolean,
): boolean {
  const isOne = (pattern: string) =>
    anyCase ? matches(pattern.toLowerCase(), name.toLowerCase()) : matches(pattern, name)
  return patterns.some(isOne) || (others.length > 0 && !others.some(isOne))
}

/** Who wants to assume a role, and how. */
export interface Assumption {
  /** `sts:AssumeRole`, `sts:AssumeRoleWithWebIdentity`. */
  readonly action: string
  readonly principal: { readonly type: 'Service' | 'Federated' | 'AWS'; readonly id: string }
  readonly context: Context
}

/** Whether a trust policy lets somebody assume its role. */
export function trusts(document: string, { action, principal, context }: Assumption): boolean {
  const concerned = (readPolicy(document) ?? []).filter(
    (statement) =>
      isNamed(statement.actions, statement.notActions, action, true) &&
      (statement.principals[principal.type] ?? []).some((id) => id === principal.id || id === '*'),
  )
  const judged = concerned.map(({ effect, condition }) => ({
    effect,
    holds: conditionsHold(condition, context),
  }))
  return (
    judged.some(({ effect, holds }) => effect === 'Allow' && holds === true) &&
    !judged.some(({ effect, holds }) => effect === 'Deny' && holds !== false)
  )
}

/** How Systems Manager assumes a node's role (conditions that AWS's documentation recommends against a confused deputy). */
export function bySystemsManager(account: string, region: string): Assumption {
  return {
    action: 'sts:AssumeRole',
    principal: { type: 'Service', id: 'ssm.amazonaws.com' },
    context: {
      'aws:sourceaccount': account,
      'aws:sourcearn': `${arnPrefix(region)}:ssm:${region}:${account}:*`,
    },
  }
}
