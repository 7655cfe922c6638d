import type { Role as Described, IAM } from '@aws-sdk/client-iam'
import pLimit from 'p-limit'
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
  /** ARN of the permissions boundary. */
  readonly boundary: string | undefined
  /** ARNs, sorted. */
  readonly managedPolicies: readonly string[]
  readonly inlinePolicies: Readonly<Record<string, string>>
  readonly tags: Readonly<Record<string, string>>
}

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
    boundary: role.PermissionsBoundary?.PermissionsBoundaryArn,
    trust: decodeURIComponent(role.AssumeRolePolicyDocument ?? ''),
    managedPolicies,
    inlinePolicies,
    tags: Object.fromEntries((role.Tags ?? []).map(({ Key, Value }) => [Key!, Value!])),
  }
}
