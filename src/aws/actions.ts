/**
 * Everything that muster asks AWS for: an IAM action -> what the permission is asked for, and why. Each call names its
 * actions (`asking`), so that a refusal names them too, and the policies of docs/iam.md are made from this list.
 * Resources as AWS's Service Authorization Reference has them: `region` is for actions that are for no resource.
 */
export const ACTIONS = {
  'sts:GetCallerIdentity': { on: 'nothing', why: 'shows whose the credentials are; needs no permission' },

  'ssm:CreateActivation': { on: 'region', why: 'the one activation of a batch' },
  'iam:PassRole': { on: 'role', why: 'the activation hands the role to its nodes' },
  'ssm:DescribeActivations': { on: 'region', why: 'finds activations that an earlier run left' },
  'ssm:DeleteActivation': { on: 'region', why: 'when the batch ends, however it ends' },
  'ssm:GetServiceSetting': { on: 'tier', why: 'whether more than 1,000 nodes may register' },
  'ssm:DescribeInstanceInformation': {
    on: 'region',
    why: 'whether nodes are Online, and how many there are',
  },
  'ssm:ListTagsForResource': { on: 'node', why: 'whose a node is' },
  'ssm:AddTagsToResource': { on: 'node', why: "the host's name on its node, and the tags of the task" },
  'ssm:DeregisterManagedInstance': { on: 'node', why: 'takes a node from the roll' },

  'iam:GetRole': { on: 'role', why: 'how the role is' },
  'iam:ListAttachedRolePolicies': { on: 'role', why: 'how the role is' },
  'iam:ListRolePolicies': { on: 'role', why: 'how the role is' },
  'iam:GetRolePolicy': { on: 'role', why: 'how the role is, where it has inline policies' },
  'iam:CreateRole': { on: 'role', why: 'makes the role' },
  'iam:TagRole': { on: 'role', why: 'marks the role as made by muster' },
  'iam:AttachRolePolicy': { on: 'role', why: 'gives the role its policies' },
  'iam:DetachRolePolicy': { on: 'role', why: 'takes policies that the task does not list' },
  'iam:PutRolePolicy': { on: 'role', why: 'inline_policies of a task' },
  'iam:DeleteRolePolicy': { on: 'role', why: 'takes inline policies that the task does not list' },
  'iam:UpdateAssumeRolePolicy': { on: 'role', why: 'mends the trust of a role that is there' },
  'iam:UpdateRole': { on: 'role', why: 'description of a role that is there' },
  'iam:UntagRole': { on: 'role', why: 'takes tags that the task does not list' },
  'iam:PutRolePermissionsBoundary': { on: 'role', why: 'boundary of a role that is there' },
  'iam:DeleteRolePermissionsBoundary': { on: 'role', why: 'takes the boundary' },
  'iam:DeleteRole': { on: 'role', why: 'removes the role' },
  'iam:ListRoles': { on: 'everything', why: "finds roles with muster's tag" },
  'iam:ListRoleTags': { on: 'every role', why: "finds roles with muster's tag" },

  'aps:ListWorkspaces': { on: 'region', why: 'finds the workspace by its alias' },
  'aps:DescribeWorkspace': { on: 'workspace', why: 'its state and its endpoint' },
  'aps:CreateWorkspace': { on: 'region', why: 'makes the workspace' },
  'aps:TagResource': { on: 'workspace', why: 'marks the workspace as made by muster' },
  'aps:UntagResource': { on: 'workspace', why: 'takes tags that the task does not list' },
  'aps:DeleteWorkspace': { on: 'workspace', why: 'removes the workspace and its metrics' },
  'aps:QueryMetrics': { on: 'workspace', why: 'the proof that series arrive' },
} as const satisfies Record<string, { readonly on: On; readonly why: string }>

/** What an action's permission is asked for. */
export type On = 'nothing' | 'everything' | 'region' | 'tier' | 'node' | 'role' | 'every role' | 'workspace'

export type Action = keyof typeof ACTIONS
