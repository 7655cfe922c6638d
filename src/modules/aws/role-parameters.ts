import { revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { ParameterSpec, ParametersOf } from '../parameters.ts'
import { policyText } from './policy-document.ts'
import type { WishedRole } from './role-changes.ts'
import { readTags, TAG_PARAMETERS } from './tags.ts'

/** The parameters of `iam_role`; Ansible's names where Ansible has them. */
export const roleSpec = {
  parameters: {
    name: { type: 'str', required: true, aliases: ['role_name'], doc: 'Name of the role.' },
    path: {
      type: 'str',
      default: '/',
      aliases: ['prefix'],
      doc: 'Path, with slashes around it; fixed once the role is made.',
    },
    description: { type: 'str', doc: 'What the role is for.' },
    assume_role_policy_document: { type: 'raw', doc: 'Trust policy: a mapping, or JSON text.' },
    trusted_service: {
      type: 'str',
      doc: 'Instead of a trust policy: the service that may assume the role. ssm.amazonaws.com when neither is given.',
    },
    source_account: {
      type: 'str',
      doc: 'With a trusted service: only for requests of this account (condition aws:SourceAccount).',
    },
    source_arn: {
      type: 'str',
      doc: 'With a trusted service: only for this resource, `*` and `?` allowed (condition aws:SourceArn).',
    },
    boundary: {
      type: 'str',
      aliases: ['boundary_policy_arn'],
      doc: 'ARN of the policy that bounds what the role may do; an empty text takes it away.',
    },
    managed_policies: {
      type: 'list',
      aliases: ['managed_policy'],
      doc: 'ARNs of managed policies, or names of policies that AWS manages.',
    },
    inline_policies: { type: 'dict', doc: 'Name -> policy document, a mapping or JSON text.' },
    purge_policies: {
      type: 'bool',
      default: true,
      doc: 'Remove policies that are not listed; managed and inline ones each only where some are given.',
    },
    ...TAG_PARAMETERS,
    state: { type: 'str', choices: ['present', 'absent'], default: 'present', doc: 'There or gone.' },
    region: {
      type: 'str',
      doc: 'Region of the endpoint, AWS_REGION when missing; roles belong to no region.',
    },
  },
  mutuallyExclusive: [
    ['assume_role_policy_document', 'trusted_service'],
    ['assume_role_policy_document', 'source_account'],
    ['assume_role_policy_document', 'source_arn'],
  ],
} as const satisfies ParameterSpec

type Parameters = ParametersOf<typeof roleSpec>

/**
 * The role that a task asks for.
 * @param partition of the account, `aws` or `aws-us-gov` and so on: policies of AWS's are named in it
 * @throws TaskFailure for what cannot be one
 */
export function wishedRole(params: Parameters, partition: string): WishedRole {
  const path = revealText(params.path)
  if (!/^\/([\x21-\x7e]+\/)?$/.test(path)) {
    throw new TaskFailure(`${JSON.stringify(path)} is not a path of a role`, {
      hint: 'a path begins and ends with a slash: /muster/',
    })
  }
  return {
    path,
    description: revealText(params.description),
    trust: wishedTrust(params),
    boundary: revealText(params.boundary),
    managedPolicies: params.managed_policies?.map((policy) => policyArn(revealText(policy), partition)),
    inlinePolicies:
      params.inline_policies &&
      Object.fromEntries(
        [...params.inline_policies].map(([policy, document]) => [
          String(policy),
          policyText(document, `inline policy ${String(policy)}`),
        ]),
      ),
    purgePolicies: params.purge_policies,
    tags: params.tags && readTags(params.tags),
    purgeTags: params.purge_tags,
    owner: revealText(params.owner),
  }
}

/** Whom the role trusts; with the conditions that AWS recommends against a confused deputy where they are given. */
function wishedTrust(params: Parameters): string {
  if (params.assume_role_policy_document !== undefined) {
    return policyText(params.assume_role_policy_document, 'assume_role_policy_document')
  }
  const condition = {
    ...(params.source_account === undefined
      ? {}
      : { StringEquals: { 'aws:SourceAccount': revealText(params.source_account) } }),
    ...(params.source_arn === undefined
      ? {}
      : { ArnLike: { 'aws:SourceArn': revealText(params.source_arn) } }),
  }
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: revealText(params.trusted_service) ?? 'ssm.amazonaws.com' },
        Action: 'sts:AssumeRole',
        ...(Object.keys(condition).length === 0 ? {} : { Condition: condition }),
      },
    ],
  })
}

function policyArn(policy: string, partition: string): string {
  return policy.startsWith('arn:') ? policy : `arn:${partition}:iam::aws:policy/${policy}`
}
