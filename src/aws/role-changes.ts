import type { Action } from './actions.ts'
import type { AwsClients } from './clients.ts'
import { asking } from './errors.ts'

/** One change of a role. */
export type RoleChange =
  | {
      readonly kind: 'create'
      readonly path: string
      readonly description: string
      readonly trust: string
      readonly boundary: string | undefined
      readonly tags: Readonly<Record<string, string>>
    }
  | { readonly kind: 'bound'; readonly arn: string }
  | { readonly kind: 'unbound' }
  | { readonly kind: 'trust'; readonly document: string }
  | { readonly kind: 'describe'; readonly description: string }
  | { readonly kind: 'attach' | 'detach'; readonly arn: string }
  | { readonly kind: 'put-policy'; readonly policy: string; readonly document: string }
  | { readonly kind: 'delete-policy'; readonly policy: string }
  | { readonly kind: 'tag'; readonly tags: Readonly<Record<string, string>> }
  | { readonly kind: 'untag'; readonly keys: readonly string[] }
  | { readonly kind: 'delete' }

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
          PermissionsBoundary: change.boundary,
          Tags: tagList(change.tags),
        })
      case 'bound':
        return iam.putRolePermissionsBoundary({ RoleName, PermissionsBoundary: change.arn })
      case 'unbound':
        return iam.deleteRolePermissionsBoundary({ RoleName })
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
    case 'bound':
      return ['iam:PutRolePermissionsBoundary']
    case 'unbound':
      return ['iam:DeleteRolePermissionsBoundary']
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
    case 'bound':
      return `set ${change.arn} as boundary of`
    case 'unbound':
      return 'take the boundary of'
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
