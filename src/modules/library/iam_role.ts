import { changeRole, doing, type Role, readRole } from '../../aws/roles.ts'
import { dict, type Value } from '../../values/value.ts'
import { askAws, clientsOf } from '../cloud/ask.ts'
import { policyText, policyValue } from '../cloud/policy-document.ts'
import { roleChanges, roleRemoval, showRole, type WishedRole } from '../cloud/role-changes.ts'
import { readTags, tagValue } from '../cloud/tags.ts'
import { plain } from '../host/text.ts'
import { defineModule, ModuleFailure } from '../module.ts'
import type { ParameterSpec, ParametersOf } from '../parameters.ts'

const spec = {
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
    tags: { type: 'dict', doc: 'Tags; an empty mapping removes all.' },
    purge_tags: {
      type: 'bool',
      default: true,
      doc: 'Remove tags that are not listed, where tags are given.',
    },
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

type Parameters = ParametersOf<typeof spec>

export default defineModule({
  name: 'iam_role',
  runsOn: 'controller',
  documentation: {
    summary: 'Makes, changes and removes IAM roles, such as the one that managed nodes have.',
    notes: [
      'A role that is there is adopted: what differs is shown by --diff and changed; what is not given stays.',
      'Policies and tags that are given are complete lists, as in Ansible: others go, unless purge_policies or purge_tags is false.',
    ],
    examples: `
- name: the role of the managed nodes
  iam_role:
    name: muster-node
    source_account: "123456789012"
    source_arn: arn:aws:ssm:eu-central-1:123456789012:*
    managed_policies:
      - AmazonSSMManagedInstanceCore
      - AmazonPrometheusRemoteWriteAccess
    tags: { owner: operations }
  register: role
`,
    returns: {
      'arn, role_name, path': 'of the role',
      role: 'what ssm_registration takes as role: path and name without the leading slash',
      iam_role:
        'the role: arn, role_name, role_id, path, description, assume_role_policy_document, managed_policies, inline_policies, tags',
    },
  },
  spec,

  async observe({ name, region }, context) {
    const clients = await clientsOf(region ?? process.env['AWS_REGION'] ?? 'us-east-1', context)
    const role = await askAws(() => readRole(clients, plain(name), context.signal))
    return { script: null, parse: () => role }
  },

  async *converge(params, role, context) {
    const name = plain(params.name)
    const clients = await clientsOf(params.region ?? process.env['AWS_REGION'] ?? 'us-east-1', context)
    if (params.state === 'absent' && role === null) return {}

    const wish = wishedRole(params)
    if (role !== null && params.state === 'present' && role.path !== wish.path) {
      throw new ModuleFailure(`role ${name} has the path ${role.path}, and a path cannot be changed`, {
        hint: `give path: ${role.path}, or another name`,
      })
    }
    const { changes, after } =
      params.state === 'absent' ? { changes: roleRemoval(role!), after: null } : roleChanges(role, wish)
    const path = role?.path ?? wish.path
    const diff = {
      header: `role ${name}`,
      before: role === null ? '' : showRole(name, path, role),
      after: after === null ? '' : showRole(name, path, after),
    }
    for (const [index, change] of changes.entries()) {
      yield {
        kind: 'call',
        says: `${doing(change)} role ${name}`,
        ...(index === 0 ? { diff: [diff], predicted: after === null ? {} : names(name, path) } : {}),
        call: async () => {
          await askAws(() => changeRole(clients, name, change))
          return null
        },
      }
    }
    if (params.state === 'absent') return {}
    const now = changes.length === 0 ? role : await askAws(() => readRole(clients, name, context.signal))
    return {
      result:
        now === null ? names(name, path) : { arn: now.arn, ...names(name, path), iam_role: roleValue(now) },
    }
  },
})

function names(name: string, path: string): Readonly<Record<string, Value>> {
  return { role_name: name, path, role: `${path.slice(1)}${name}` }
}

function wishedRole(params: Parameters): WishedRole {
  const path = plain(params.path)
  if (!/^\/([\x21-\x7e]+\/)?$/.test(path)) {
    throw new ModuleFailure(`${JSON.stringify(path)} is not a path of a role`, {
      hint: 'a path begins and ends with a slash: /muster/',
    })
  }
  return {
    path,
    description: plain(params.description),
    trust: wishedTrust(params),
    managedPolicies: params.managed_policies?.map((policy) => policyArn(plain(policy))),
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
      : { StringEquals: { 'aws:SourceAccount': plain(params.source_account) } }),
    ...(params.source_arn === undefined ? {} : { ArnLike: { 'aws:SourceArn': plain(params.source_arn) } }),
  }
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: plain(params.trusted_service) ?? 'ssm.amazonaws.com' },
        Action: 'sts:AssumeRole',
        ...(Object.keys(condition).length === 0 ? {} : { Condition: condition }),
      },
    ],
  })
}

function policyArn(policy: string): string {
  return policy.startsWith('arn:') ? policy : `arn:aws:iam::aws:policy/${policy}`
}

function roleValue(role: Role): Value {
  return dict({
    arn: role.arn,
    role_name: role.name,
    role_id: role.id,
    path: role.path,
    description: role.description,
    assume_role_policy_document: policyValue(role.trust),
    managed_policies: [...role.managedPolicies],
    inline_policies: [...Object.keys(role.inlinePolicies)].sort(),
    tags: tagValue(role.tags),
  })
}
