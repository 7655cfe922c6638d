import type { Role as Described, IAM } from '@aws-sdk/client-iam'
import pLimit from 'p-limit'
import type { Action } from './actions.ts'
import { type AwsClients, abortable } from './clients.ts'
import { AwsFailure, asking } from './errors.ts'

/** A role with everything that is set on it. Policy documents are JSON text. */
export interface Role {
  readonly name: string
  readonly path: string
  readonly arn: string
  readonly id: string
  readonly description: string
  readonly trust: string
  /** ARNs, sorted. */
  readonly managedPolicies: readonly string[]
  readonly inlinePolicies: Readonly<Record<string, string>>
  readonly tags: Readonly<Record<string, string>>
}

/** One change of a role. */
export type RoleChange =
  | {
      readonly kind: 'create'
      readonly path: string
      readonly description: string
      readonly trust: string
      readonly tags: Readonly<Record<string, string>>
    }
  | { readonly kind: 'trust'; readonly document: string }
  | { readonly kind: 'describe'; readonly description: string }
  | { readonly kind: 'attach' | 'detach'; readonly arn: string }
  | { readonly kind: 'put-policy'; readonly policy: string; readonly document: string }
  | { readonly kind: 'delete-policy'; readonly policy: string }
  | { readonly kind: 'tag'; readonly tags: Readonly<Record<string, string>> }
  | { readonly kind: 'untag'; readonly keys: readonly string[] }
  | { readonly kind: 'delete' }

/**
 * Reads a role.
 * @returns null when there is none of that name
 * @throws AwsFailure
 */
export async function readRole(
  clients: AwsClients,
  name: string,
  signal?: AbortSignal,
): Promise<Role | null> {
  const iam = await clients.iam()
  try {
    return await asking(
      ['iam:GetRole', 'iam:ListAttachedRolePolicies', 'iam:ListRolePolicies', 'iam:GetRolePolicy'],
      `look at role ${name}`,
      async () => {
        const options = abortable(signal)
        const { Role: role } = await iam.getRole({ RoleName: name }, options)
        const [managedPolicies, inlinePolicies] = await Promise.all([
          readManaged(iam, name),
          readInline(iam, name),
        ])
        return describe(role!, managedPolicies, inlinePolicies)
      },
      signal,
    )
  } catch (error) {
    if (error instanceof AwsFailure && error.code === 'NoSuchEntity') return null
    throw error
  }
}

/** ListRoleTags is asked for one role at a time. */
const AT_ONCE = 5

/**
 * The names of the roles that carry all these tags. ListRoles does not tell tags, so each role is asked for its own;
 * roles that AWS made for its services are left out.
 * @throws AwsFailure
 */
export async function findRoles(
  clients: AwsClients,
  tags: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<string[]> {
  const client = await clients.iam()
  const names: string[] = []
  const limit = pLimit(AT_ONCE)
  const has = async (RoleName: string) => {
    const found: Record<string, string> = {}
    for await (const page of client.paginateListRoleTags({ RoleName }))
      for (const { Key, Value } of page.Tags ?? []) found[Key!] = Value!
    return Object.entries(tags).every(([key, value]) => found[key] === value)
  }
  await asking(
    'iam:ListRoles',
    'look for roles by their tags',
    async () => {
      for await (const page of client.paginateListRoles({})) {
        signal?.throwIfAborted()
        for (const { RoleName, Path } of page.Roles ?? [])
          if (!/^\/aws-(service-role|reserved)\//.test(Path ?? '')) names.push(RoleName!)
      }
    },
    signal,
  )
  const found = await Promise.all(
    names.map((name) =>
      limit(async () => {
        signal?.throwIfAborted()
        // Deleted since it was listed: then it is none of those that are there.
        return (await unlessGone(() =>
          asking('iam:ListRoleTags', `look at the tags of role ${name}`, () => has(name), signal),
        ))
          ? [name]
          : []
      }),
    ),
  )
  return found.flat()
}

async function unlessGone(ask: () => Promise<boolean>): Promise<boolean> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof AwsFailure && error.code === 'NoSuchEntity') return false
    throw error
  }
}

async function readManaged(client: IAM, RoleName: string): Promise<string[]> {
  const arns: string[] = []
  for await (const page of client.paginateListAttachedRolePolicies({ RoleName })) {
    arns.push(...(page.AttachedPolicies ?? []).map(({ PolicyArn }) => PolicyArn!))
  }
  return arns.sort()
}

async function readInline(client: IAM, RoleName: string): Promise<Record<string, string>> {
  const policies: Record<string, string> = {}
  for await (const page of client.paginateListRolePolicies({ RoleName })) {
    for (const PolicyName of page.PolicyNames ?? []) {
      const { PolicyDocument } = await client.getRolePolicy({ RoleName, PolicyName })
      policies[PolicyName] = decodeURIComponent(PolicyDocument!)
    }
  }
  return policies
}

function describe(
  role: Described,
  managedPolicies: readonly string[],
  inlinePolicies: Readonly<Record<string, string>>,
): Role {
  return {
    name: role.RoleName!,
    path: role.Path!,
    arn: role.Arn!,
    id: role.RoleId!,
    description: role.Description ?? '',
    trust: decodeURIComponent(role.AssumeRolePolicyDocument ?? ''),
    managedPolicies,
    inlinePolicies,
    tags: Object.fromEntries((role.Tags ?? []).map(({ Key, Value }) => [Key!, Value!])),
  }
}

/** Makes one change. @throws AwsFailure */
export async function changeRole(clients: AwsClients, RoleName: string, change: RoleChange): Promise<void> {
  const iam = await clients.iam()
  await asking(actionsOf(change), `${doing(change)} role ${RoleName}`, async () => {
    switch (change.kind) {
      case 'create':
        return iam.createRole({
          RoleName,
          Path: change.path,
          AssumeRolePolicyDocument: change.trust,
          // An empty description is refused by some partitions, a missing one is none.
          Description: change.description === '' ? undefined : change.description,
          Tags: tagList(change.tags),
        })
      case 'trust':
        return iam.updateAssumeRolePolicy({ RoleName, PolicyDocument: change.document })
      case 'describe':
        return iam.updateRole({ RoleName, Description: change.description })
      case 'attach':
        return iam.attachRolePolicy({ RoleName, PolicyArn: change.arn })
      case 'detach':
        return iam.detachRolePolicy({ RoleName, PolicyArn: change.arn })
      case 'put-policy':
        return iam.putRolePolicy({
          RoleName,
          PolicyName: change.policy,
          PolicyDocument: change.document,
        })
      case 'delete-policy':
        return iam.deleteRolePolicy({ RoleName, PolicyName: change.policy })
      case 'tag':
        return iam.tagRole({ RoleName, Tags: tagList(change.tags) })
      case 'untag':
        return iam.untagRole({ RoleName, TagKeys: [...change.keys] })
      case 'delete':
        return iam.deleteRole({ RoleName })
    }
  })
}

function actionsOf(change: RoleChange): readonly Action[] {
  switch (change.kind) {
    case 'create':
      return ['iam:CreateRole', 'iam:TagRole']
    case 'trust':
      return ['iam:UpdateAssumeRolePolicy']
    case 'describe':
      return ['iam:UpdateRole']
    case 'attach':
      return ['iam:AttachRolePolicy']
    case 'detach':
      return ['iam:DetachRolePolicy']
    case 'put-policy':
      return ['iam:PutRolePolicy']
    case 'delete-policy':
      return ['iam:DeleteRolePolicy']
    case 'tag':
      return ['iam:TagRole']
    case 'untag':
      return ['iam:UntagRole']
    case 'delete':
      return ['iam:DeleteRole']
  }
}

/** A change in words that a role's name can follow. */
export function doing(change: RoleChange): string {
  switch (change.kind) {
    case 'create':
    case 'delete':
    case 'describe':
    case 'tag':
    case 'untag':
      return change.kind
    case 'trust':
      return 'replace the trust policy of'
    case 'attach':
      return `attach ${change.arn} to`
    case 'detach':
      return `detach ${change.arn} from`
    case 'put-policy':
      return `write policy ${change.policy} into`
    case 'delete-policy':
      return `delete policy ${change.policy} from`
  }
}

function tagList(tags: Readonly<Record<string, string>>): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
}
