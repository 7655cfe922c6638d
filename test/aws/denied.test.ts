import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ACTIONS, type Action } from '../../src/aws/actions.ts'
import { createActivation, deleteActivation, listActivations } from '../../src/aws/activations.ts'
import type { AwsClients } from '../../src/aws/clients.ts'
import { createClients } from '../../src/aws/create-clients.ts'
import { AwsFailure, asking } from '../../src/aws/errors.ts'
import { tagNode, tagsOfNodes } from '../../src/aws/node-tags.ts'
import { countHybridNodes, deregisterNode } from '../../src/aws/nodes.ts'
import { createWorkspace } from '../../src/aws/polling/make-workspace.ts'
import { instantQuery } from '../../src/aws/queries.ts'
import { changeRole, type RoleChange } from '../../src/aws/role-changes.ts'
import { findRoles, readRole } from '../../src/aws/roles.ts'
import {
  changeWorkspaceTags,
  deleteWorkspace,
  describeWorkspace,
  findWorkspaces,
  workspacesWithTags,
} from '../../src/aws/workspaces.ts'
import { type Cloud, startCloud } from '../../src/emulator/cloud.ts'

const ID = 'mi-00000000000000000'
const ARN = 'arn:aws:aps:eu-central-1:123456789012:workspace/ws-1'
const role = (change: RoleChange) => (clients: AwsClients) => changeRole(clients, 'node', change)
const TRUST = '{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"x"}}}'

/** Every call of muster's to AWS that needs a permission, by the action that is refused first. */
const CALLS: readonly (readonly [Action, (clients: AwsClients, cloud: Cloud) => Promise<unknown>])[] = [
  [
    'ssm:CreateActivation',
    (clients) => createActivation(clients, { role: 'node', limit: 1, expires: new Date(), tags: {} }),
  ],
  ['ssm:DeleteActivation', (clients) => deleteActivation(clients, 'x')],
  ['ssm:DescribeActivations', (clients) => listActivations(clients)],
  ['ssm:DescribeInstanceInformation', (clients) => countHybridNodes(clients)],
  ['ssm:DeregisterManagedInstance', (clients) => deregisterNode(clients, ID)],
  ['ssm:ListTagsForResource', (clients) => tagsOfNodes(clients, [ID])],
  ['ssm:AddTagsToResource', (clients) => tagNode(clients, ID, { a: 'b' })],
  ['iam:GetRole', (clients) => readRole(clients, 'node')],
  ['iam:ListRoles', (clients) => findRoles(clients, {})],
  [
    'iam:CreateRole',
    role({ kind: 'create', path: '/', description: '', trust: TRUST, boundary: undefined, tags: {} }),
  ],
  ['iam:UpdateAssumeRolePolicy', role({ kind: 'trust', document: TRUST })],
  ['iam:UpdateRole', role({ kind: 'describe', description: 'x' })],
  ['iam:AttachRolePolicy', role({ kind: 'attach', arn: 'arn:aws:iam::aws:policy/x' })],
  ['iam:PutRolePermissionsBoundary', role({ kind: 'bound', arn: 'arn:aws:iam::aws:policy/x' })],
  ['iam:DeleteRolePermissionsBoundary', role({ kind: 'unbound' })],
  ['iam:DetachRolePolicy', role({ kind: 'detach', arn: 'arn:aws:iam::aws:policy/x' })],
  ['iam:PutRolePolicy', role({ kind: 'put-policy', policy: 'x', document: '{}' })],
  ['iam:DeleteRolePolicy', role({ kind: 'delete-policy', policy: 'x' })],
  ['iam:TagRole', role({ kind: 'tag', tags: { a: 'b' } })],
  ['iam:UntagRole', role({ kind: 'untag', keys: ['a'] })],
  ['iam:DeleteRole', role({ kind: 'delete' })],
  ['aps:ListWorkspaces', (clients) => findWorkspaces(clients, 'x')],
  ['aps:ListWorkspaces', (clients) => workspacesWithTags(clients, {})],
  ['aps:DescribeWorkspace', (clients) => describeWorkspace(clients, 'ws-1')],
  ['aps:CreateWorkspace', (clients) => createWorkspace(clients, { alias: 'x', tags: {} })],
  ['aps:TagResource', (clients) => changeWorkspaceTags(clients, ARN, { a: 'b' }, [])],
  ['aps:UntagResource', (clients) => changeWorkspaceTags(clients, ARN, {}, ['a'])],
  ['aps:DeleteWorkspace', (clients) => deleteWorkspace(clients, 'ws-1')],
  ['aps:QueryMetrics', (clients, cloud) => instantQuery(clients, `${cloud.url()}/workspaces/ws-1/`, 'up')],
]

let cloud: Cloud
beforeEach(async () => {
  cloud = await startCloud()
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await cloud.close()
})

it.each(CALLS)('%s: a call that is refused names it, and asks for nothing else', async (action, call) => {
  for (const [name, value] of Object.entries(cloud.userEnvironment('nobody', []))) vi.stubEnv(name, value)
  const failure = await call(createClients('eu-central-1'), cloud).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(AwsFailure)
  expect((failure as AwsFailure).code).toBe('AccessDenied')
  expect((failure as AwsFailure).needs).toContain(action)
  expect((failure as AwsFailure).hint).toContain(`these credentials need ${action}`)
  expect([...new Set(cloud.requests().map(({ operation }) => operation))]).toEqual([action])
})

it('the list of actions is what the calls in the sources need', () => {
  const folder = join(import.meta.dirname, '../../src/aws')
  const called = new Set(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .flatMap((text) => [...text.matchAll(/\b(?:ssm|iam|sts|amp|client)\.(?:paginate)?(\w+)\(/g)])
      .map(([, operation]) => `${operation![0]!.toUpperCase()}${operation!.slice(1)}`),
  )
  // One without an operation of its own, and one that is no SDK's.
  const listed = Object.keys(ACTIONS).filter((action) => !/PassRole|QueryMetrics/.test(action))
  expect([...called].sort()).toEqual(listed.map((action) => action.split(':')[1]).sort())
})

it('a denial that no permission outweighs is told as such', async () => {
  const denied = Object.assign(
    new Error(
      'User: arn:aws:iam::1:user/x is not authorized to perform: ssm:CreateActivation on resource: * with an explicit deny in a service control policy',
    ),
    { name: 'AccessDeniedException' },
  )
  await expect(asking('ssm:CreateActivation', 'x', () => Promise.reject(denied))).rejects.toMatchObject({
    hint: expect.stringContaining('denies ssm:CreateActivation on * outright'),
  })
})
