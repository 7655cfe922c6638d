import type { RoleChange } from '../../aws/role-changes.ts'
import type { Role } from '../../aws/roles.ts'
import { dict, type Value } from '../../values/value.ts'
import { policyValue, samePolicy } from './policy-document.ts'
import { type Tags, tagChanges, tagsAtBirth, tagValue } from './tags.ts'

/** How a role is wished; undefined leaves as it is. */
export interface WishedRole {
  readonly path: string
  readonly description: string | undefined
  readonly trust: string
  /** ARN; empty for none, undefined leaves as it is. */
  readonly boundary: string | undefined
  /** ARNs. */
  readonly managedPolicies: readonly string[] | undefined
  readonly inlinePolicies: Readonly<Record<string, string>> | undefined
  readonly purgePolicies: boolean
  readonly tags: Tags | undefined
  readonly purgeTags: boolean
  /** Whose the role is if it is made. */
  readonly owner: string
}

/** What a diff shows of a role. */
type Shown = Pick<Role, 'boundary' | 'description' | 'trust' | 'managedPolicies' | 'inlinePolicies' | 'tags'>

/** The calls that make a role what is wished, in order, and how it is then. */
export function roleChanges(role: Role | null, wish: WishedRole): { changes: RoleChange[]; after: Shown } {
  const before: Shown = role ?? {
    description: wish.description ?? '',
    trust: wish.trust,
    boundary: wish.boundary || undefined,
    managedPolicies: [],
    inlinePolicies: {},
    tags: tagsAtBirth(wish.tags, wish.owner),
  }
  const description = wish.description ?? before.description
  const tags = tagChanges(before.tags, wish.tags, wish.purgeTags)
  const attach = (wish.managedPolicies ?? []).filter((arn) => !before.managedPolicies.includes(arn))
  const detach =
    wish.managedPolicies === undefined || !wish.purgePolicies
      ? []
      : before.managedPolicies.filter((arn) => !wish.managedPolicies!.includes(arn))
  const put = Object.entries(wish.inlinePolicies ?? {}).filter(([name, document]) => {
    const old = before.inlinePolicies[name]
    return old === undefined || !samePolicy(old, document)
  })
  const remove =
    wish.inlinePolicies === undefined || !wish.purgePolicies
      ? []
      : Object.keys(before.inlinePolicies).filter((name) => !Object.hasOwn(wish.inlinePolicies!, name))

  const changes: RoleChange[] = []
  if (role === null) {
    const { boundary, tags } = before
    changes.push({ kind: 'create', path: wish.path, description, trust: wish.trust, boundary, tags })
  } else {
    if (!samePolicy(role.trust, wish.trust)) changes.push({ kind: 'trust', document: wish.trust })
    if (role.description !== description) changes.push({ kind: 'describe', description })
  }
  const bounded = wish.boundary === undefined ? before.boundary : wish.boundary || undefined
  // First, so that what is given after is never more than the boundary allows.
  if (bounded !== before.boundary)
    changes.push(bounded === undefined ? { kind: 'unbound' } : { kind: 'bound', arn: bounded })
  // What is wished is given before what is not is taken, so that nodes at work lose nothing between.
  changes.push(...attach.map((arn) => ({ kind: 'attach', arn }) as const))
  changes.push(...put.map(([policy, document]) => ({ kind: 'put-policy', policy, document }) as const))
  changes.push(...detach.map((arn) => ({ kind: 'detach', arn }) as const))
  changes.push(...remove.map((policy) => ({ kind: 'delete-policy', policy }) as const))
  if (tags.remove.length > 0) changes.push({ kind: 'untag', keys: tags.remove })
  if (Object.keys(tags.set).length > 0) changes.push({ kind: 'tag', tags: tags.set })

  const keptInline = Object.entries(before.inlinePolicies).filter(([name]) => !remove.includes(name))
  const after: Shown = {
    description,
    boundary: bounded,
    trust: changes.some(({ kind }) => kind === 'trust' || kind === 'create') ? wish.trust : before.trust,
    managedPolicies: [...before.managedPolicies.filter((arn) => !detach.includes(arn)), ...attach].sort(),
    inlinePolicies: Object.fromEntries([...keptInline, ...put]),
    tags: tags.after,
  }
  return { changes, after }
}

/** The calls that take a role away, with all that hangs on it. */
export function roleRemoval(role: Role): RoleChange[] {
  return [
    ...role.managedPolicies.map((arn) => ({ kind: 'detach', arn }) as const),
    ...Object.keys(role.inlinePolicies).map((policy) => ({ kind: 'delete-policy', policy }) as const),
    { kind: 'delete' },
  ]
}

/** A role for a diff. */
export function showRole(name: string, path: string, role: Shown): Value {
  return dict({
    role_name: name,
    path,
    description: role.description,
    assume_role_policy_document: policyValue(role.trust),
    ...(role.boundary === undefined ? {} : { boundary: role.boundary }),
    managed_policies: [...role.managedPolicies],
    inline_policies: new Map(
      Object.entries(role.inlinePolicies)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([policy, document]) => [policy, policyValue(document)]),
    ),
    tags: tagValue(role.tags),
  })
}
