import { ACTIONS, type Action, type On } from '../../../src/aws/actions.ts'

// The least policies of docs/iam.md, made from the actions that muster's calls name. Tests hand them to the embedded
// cloud, which enforces them, and take away one action after the other.

/** What stands in a policy for an account of one's own. */
export interface Place {
  readonly partition: string
  /** Twelve digits. */
  readonly account: string
  readonly region: string
  /** Name of the nodes' role, with its path and without the leading slash. */
  readonly role: string
  /** A workspace's id; `*` where it is yet to be made. */
  readonly workspace: string
  /** `muster_owner`: the value of the tag muster:managed. */
  readonly owner: string
}

/** That of docs/iam.md, the demo and the tests. */
export const EXAMPLE_PLACE: Place = {
  partition: 'aws',
  account: '123456789012',
  region: 'eu-central-1',
  role: 'muster-node',
  workspace: '*',
  owner: 'muster',
}

export interface PolicyStatement {
  readonly Sid: string
  readonly Effect: 'Allow'
  readonly Action: readonly Action[]
  readonly Resource: string
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
}

/** What somebody uses muster for. */
export interface Job {
  readonly title: string
  readonly text: string
  readonly actions: readonly Action[]
  /** Only of what carries muster's tag with the owner's name. */
  readonly onlyOwn?: readonly Action[]
}

const REGISTER: readonly Action[] = [
  'ssm:CreateActivation',
  'iam:PassRole',
  'ssm:DescribeActivations',
  'ssm:DeleteActivation',
  'ssm:GetServiceSetting',
  'ssm:DescribeInstanceInformation',
  'ssm:ListTagsForResource',
  'ssm:AddTagsToResource',
]

const READ_ROLE: readonly Action[] = ['iam:GetRole', 'iam:ListAttachedRolePolicies', 'iam:ListRolePolicies']

export const JOBS = {
  site: {
    title: 'Onboard, and make role and workspace',
    text: 'For `playbooks/site.yaml` and the playbooks of the other collectors, in an account where nothing is there yet.',
    actions: [
      ...REGISTER,
      ...READ_ROLE,
      'iam:CreateRole',
      'iam:TagRole',
      'iam:AttachRolePolicy',
      'aps:ListWorkspaces',
      'aps:DescribeWorkspace',
      'aps:CreateWorkspace',
      'aps:TagResource',
      'aps:QueryMetrics',
    ],
  },
  fleet: {
    title: 'Onboard, with a role and a workspace that are there',
    text: 'The same where somebody else makes the role and the workspace: with `muster_make_role: false` and `muster_workspace_id`.',
    actions: [...REGISTER, 'aps:DescribeWorkspace', 'aps:QueryMetrics'],
  },
  verify: {
    title: 'Verify',
    text: 'For `muster verify`, which changes nothing.',
    actions: [
      'ssm:DescribeInstanceInformation',
      'ssm:ListTagsForResource',
      'aps:ListWorkspaces',
      'aps:DescribeWorkspace',
      'aps:QueryMetrics',
    ],
  },
  offboard: {
    title: 'Offboard',
    text: 'For `playbooks/offboard.yaml`.',
    actions: ['ssm:DescribeInstanceInformation', 'ssm:ListTagsForResource', 'ssm:DeregisterManagedInstance'],
  },
  destroy: {
    title: 'Destroy',
    text: 'For `muster destroy`. What changes something is allowed only for what carries the tag `muster:managed`.',
    actions: [
      'ssm:DescribeActivations',
      'ssm:DeleteActivation',
      'ssm:DescribeInstanceInformation',
      'iam:ListRoles',
      'iam:ListRoleTags',
      ...READ_ROLE,
      'iam:GetRolePolicy',
      'aps:ListWorkspaces',
    ],
    onlyOwn: [
      'ssm:DeregisterManagedInstance',
      'iam:DetachRolePolicy',
      'iam:DeleteRolePolicy',
      'iam:DeleteRole',
      'aps:DeleteWorkspace',
    ],
  },
} as const satisfies Record<string, Job>

/** The AWS-managed policies that playbooks/cloud.yaml gives the nodes' role. */
const NODE_POLICIES = ['AmazonSSMManagedInstanceCore', 'AmazonPrometheusRemoteWriteAccess']

/** The statements of a job's policy, one for each resource and condition. */
export function policyFor(job: Job, place: Place): readonly PolicyStatement[] {
  const own = new Set<Action>(job.onlyOwn)
  const statements = [...job.actions, ...own].map((action) => {
    const condition = { ...conditionOf(action, place), ...(own.has(action) ? ownCondition(place) : {}) }
    return { action, service: action.split(':')[0]!, resource: resourceOf(action, place), condition }
  })
  const groups = Map.groupBy(statements, ({ service, resource, condition }) =>
    JSON.stringify([service, resource, condition]),
  )
  return [...groups.values()].map((group) => {
    const { action, service, resource, condition } = group[0]!
    return {
      Sid: `Muster${words(group.length === 1 ? action.split(':')[1]! : `${ACTIONS[action].on} ${own.has(action) ? 'own' : ''} ${service}`)}`,
      Effect: 'Allow',
      Action: group.map((each) => each.action),
      Resource: resource,
      ...(Object.keys(condition).length === 0 ? {} : { Condition: condition }),
    }
  })
}

/** The policy as IAM takes it. */
export function policyDocument(statements: readonly PolicyStatement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements }, null, 2)
}

function words(text: string): string {
  return text
    .split(/\W+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
}

function resourceOf(action: Action, { partition, account, region, role, workspace }: Place): string {
  const arn = (service: string, where: string) => `arn:${partition}:${service}:${where}:${account}:`
  const on: On = ACTIONS[action].on
  switch (on) {
    case 'nothing':
    case 'everything':
    case 'region':
      return '*'
    case 'tier':
      return `${arn('ssm', region)}servicesetting/ssm/managed-instance/activation-tier`
    case 'node':
      return `${arn('ssm', region)}managed-instance/*`
    case 'role':
      return `${arn('iam', '')}role/${role}`
    case 'every role':
      return `${arn('iam', '')}role/*`
    case 'workspace':
      return `${arn('aps', region)}workspace/${workspace}`
  }
}

function conditionOf(action: Action, { partition, region }: Place): PolicyStatement['Condition'] {
  if (action === 'iam:PassRole') return { StringEquals: { 'iam:PassedToService': 'ssm.amazonaws.com' } }
  if (action === 'iam:AttachRolePolicy')
    return {
      ArnEquals: { 'iam:PolicyARN': NODE_POLICIES.map((name) => `arn:${partition}:iam::aws:policy/${name}`) },
    }
  return ACTIONS[action].on === 'region' ? { StringEquals: { 'aws:RequestedRegion': region } } : {}
}

function ownCondition({ owner }: Place): NonNullable<PolicyStatement['Condition']> {
  return { StringEquals: { 'aws:ResourceTag/muster:managed': owner } }
}
