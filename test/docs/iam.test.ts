import { PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { CreateActivationCommand } from '@aws-sdk/client-ssm'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  JOBS,
  type Job,
  EXAMPLE_PLACE as PLACE,
  type PolicyStatement,
  policyDocument,
  policyFor,
} from '../../scripts/docs/iam/policies.ts'
import { BASTION_TRUST, githubTrust, gitlabTrust } from '../../scripts/docs/iam/trust.ts'
import { createClients } from '../../src/aws/create-clients.ts'
import { AwsFailure } from '../../src/aws/errors.ts'
import { deregisterNode } from '../../src/aws/nodes.ts'
import { waitOnline } from '../../src/aws/polling/wait-online.ts'
import { instantQuery } from '../../src/aws/queries.ts'
import { activationTier } from '../../src/aws/tier.ts'
import { workspaceEndpoint } from '../../src/aws/workspaces.ts'
import { allows, trusts } from '../../src/emulator/auth/evaluate.ts'
import { type Cloud, startCloud } from '../../src/emulator/cloud.ts'
import workspaceModule from '../../src/modules/library/amp_workspace.ts'
import callerModule from '../../src/modules/library/aws_caller_info.ts'
import roleModule from '../../src/modules/library/iam_role.ts'
import { openRegistration, type RegistrationShares, sharedOf } from '../../src/modules/registration/batch.ts'
import { tagAction } from '../../src/modules/registration/own-node.ts'
import { lookAtOwners } from '../../src/modules/registration/owners.ts'
import { findInAccount } from '../../src/teardown/find.ts'
import { removeFromAccount } from '../../src/teardown/remove.ts'
import { Agent } from '../emulator/agent.ts'
import { clients as sdkClients } from '../emulator/clients.ts'
import { heartbeat } from '../emulator/heartbeat.ts'
import { makeRole } from '../emulator/role.ts'
import { run } from '../modules/aws/run.ts'
import { member } from '../modules/registration/member.ts'

// Each job's calls, done by muster's own code as a user who has the job's policy of docs/iam.md and nothing else. The
// main job with real hosts, under the same policy: test/run/site.host.test.ts.

const signal = new AbortController().signal
const context = {
  id: 'r1',
  journal: async () => undefined,
  announce: () => undefined,
  aws: async (region: string) => createClients(region),
  signal,
}

let cloud: Cloud
beforeEach(async () => {
  cloud = await startCloud()
  vi.stubEnv('AWS_MAX_ATTEMPTS', '1')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await cloud.close()
})

function become(environment: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
}

async function module(of: Parameters<typeof run>[0], args: Parameters<typeof run>[1]) {
  const ran = await run(of, args)
  if (ran.failed) throw new Error(ran.msg)
  return ran.result
}

/** As playbooks/cloud.yaml has them. */
async function makeCloudSide(): Promise<string> {
  await module(callerModule, { region: PLACE.region })
  await module(roleModule, {
    name: PLACE.role,
    source_account: PLACE.account,
    source_arn: `arn:aws:ssm:*:${PLACE.account}:*`,
    managed_policies: [
      'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore',
      'arn:aws:iam::aws:policy/AmazonPrometheusRemoteWriteAccess',
    ],
  })
  const made = await module(workspaceModule, { alias: 'fleet', region: PLACE.region })
  return String(made['workspace_id'])
}

/** Registers an agent with an activation of the administrator's, so with no tag of muster's. */
async function foreignNode(name: string): Promise<string> {
  const { ssm, iam } = sdkClients(cloud)
  await makeRole(iam, `of-${name}`)
  const agent = new Agent(cloud)
  await agent.register(await ssm.send(new CreateActivationCommand({ IamRole: `of-${name}` })))
  await heartbeat(agent, { ComputerName: name })
  return agent.id
}

/** Two hosts register, a third is somebody's node already; then all are Online, tagged and asked for. */
async function onboard(workspace: string): Promise<void> {
  const known = await foreignNode('c')
  const members = [member('a', undefined), member('b', undefined), member('c', known)].map((each) => ({
    ...each,
    params: { ...each.params, iam_role: PLACE.role },
  }))
  const opened = await openRegistration(members, context)
  try {
    const shared = sharedOf(opened.shared as RegistrationShares, 'a')!
    if (shared.activation instanceof AwsFailure) throw shared.activation
    const { id, code } = shared.activation!
    const agents = [new Agent(cloud), new Agent(cloud)]
    for (const agent of agents) {
      await agent.register({ ActivationId: id, ActivationCode: code.revealText() })
      await heartbeat(agent)
    }
    const { clients } = shared
    const ids = agents.map((agent) => agent.id)
    expect((await waitOnline(clients, ids, { patience: 1000, signal })).online.size).toBe(2)
    const tagging = tagAction({ host: 'c', id: known }, { tags: undefined }, shared)
    if (tagging?.kind === 'call') await tagging.call(signal)
    expect(await instantQuery(clients, (await workspaceEndpoint(clients, workspace))!, 'up')).toEqual([])
    // A refusal of this one is no failure of the job: the standard tier is supposed then.
    expect(await activationTier(clients)).toBe('standard')
  } finally {
    await opened.close()
  }
}

async function asAdministrator<T>(work: () => Promise<T>): Promise<T> {
  become(cloud.environment())
  return work()
}

const WORK: Readonly<
  Record<keyof typeof JOBS, { prepare?: () => Promise<string>; work: (prepared: string) => Promise<void> }>
> = {
  site: { work: async () => onboard(await makeCloudSide()) },
  fleet: { prepare: () => asAdministrator(makeCloudSide), work: onboard },
  verify: {
    prepare: () => asAdministrator(makeCloudSide),
    work: async () => {
      const ran = await module(workspaceModule, { alias: 'fleet', region: PLACE.region })
      const node = await foreignNode('c')
      const clients = createClients(PLACE.region)
      await lookAtOwners(clients, [{ host: 'c', id: node }], () => false, signal)
      await instantQuery(clients, String(ran['prometheus_endpoint']), 'up')
    },
  },
  offboard: {
    prepare: () => foreignNode('c'),
    work: async (id) => {
      const clients = createClients(PLACE.region)
      await lookAtOwners(clients, [{ host: 'c', id }], () => true, signal)
      await deregisterNode(clients, id, signal)
    },
  },
  destroy: {
    prepare: async () => {
      const workspace = await asAdministrator(makeCloudSide)
      const PolicyDocument = '{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}'
      const policy = { RoleName: PLACE.role, PolicyName: 'own', PolicyDocument }
      await sdkClients(cloud).iam.send(new PutRolePolicyCommand(policy))
      const { iam, ssm } = sdkClients(cloud)
      const ours = { IamRole: PLACE.role, Tags: [{ Key: 'muster:managed', Value: 'muster' }] }
      await new Agent(cloud).register(await ssm.send(new CreateActivationCommand(ours)))
      await makeRole(iam, 'somebody')
      return workspace
    },
    work: async () => {
      const clients = createClients(PLACE.region)
      const found = await findInAccount(clients, 'muster')
      for await (const { failure } of removeFromAccount(clients, found))
        if (failure !== undefined) throw new Error(failure.message)
      expect(cloud.inspect.roles().map(({ name }) => name)).toEqual(['somebody'])
    },
  },
}

/** Does a job with these statements as the whole policy, and gives what its calls needed. */
async function doJob(name: keyof typeof JOBS, statements: readonly PolicyStatement[]) {
  const { prepare, work } = WORK[name]
  const prepared = (await prepare?.()) ?? ''
  become(cloud.userEnvironment('bastion', [policyDocument(statements)]))
  await work(prepared)
  return cloud.requests().filter(({ principal }) => principal === 'bastion')
}

describe.each(Object.entries(JOBS) as [keyof typeof JOBS, Job][])('the policy of the job %s', (name, job) => {
  const statements = policyFor(job, PLACE)

  test('suffices, and no action of it is in vain', async () => {
    const requests = await doJob(name, statements)
    expect(requests.filter(({ status }) => status === 403)).toEqual([])
    const needs = requests.flatMap((request) => request.needs)
    const idle = statements.flatMap((statement) =>
      statement.Action.filter((action) => {
        const rest = statement.Action.filter((each) => each !== action)
        const others = statements.filter((each) => each !== statement)
        const without = policyDocument([
          ...others,
          ...(rest.length > 0 ? [{ ...statement, Action: rest }] : []),
        ])
        return needs.every((needed) => allows([without], needed))
      }),
    )
    expect(idle).toEqual([])
  })

  test.each(statements.map((statement) => [statement.Sid, statement] as const))(
    'without %s it does not, and what is missing is told',
    async (_, without) => {
      const rest = statements.filter((each) => each !== without)
      const error = await doJob(name, rest).catch((thrown: unknown) => thrown as Error)
      expect(error).toBeInstanceOf(Error)
      if (without.Action.includes('ssm:GetServiceSetting'))
        expect(String(error)).toContain("expected 'unknown' to be 'standard'")
      else
        expect(
          without.Action.some((action) => String(error).includes(`authorized to perform: ${action} `)),
        ).toBe(true)
    },
  )

  test('is for its own account, region, role and workspace', () => {
    const elsewhere = {
      ...PLACE,
      account: '210987654321',
      region: 'us-east-1',
      role: 'other',
      workspace: 'ws-9',
    }
    for (const { Action, Resource, Condition } of policyFor(job, elsewhere))
      for (const action of Action)
        if (!/:List|GetRole/.test(action) && !(Resource === '*' && Condition === undefined))
          expect(
            allows([policyDocument(statements)], {
              action,
              resource: Resource.replace('*', 'x'),
              context: {
                'aws:requestedregion': 'us-east-1',
                'iam:passedtoservice': 'ssm.amazonaws.com',
                'iam:policyarn': 'arn:aws:iam::aws:policy/AdministratorAccess',
                'aws:resourcetag/muster:managed': 'somebody',
              },
            }),
          ).toBe(false)
  })
})

describe('the trust of a CI job', () => {
  const GITHUB = 'token.actions.githubusercontent.com'
  const asks = (trust: object, host: string, claims: Record<string, string>, account = PLACE.account) =>
    trusts(JSON.stringify(trust), {
      action: 'sts:AssumeRoleWithWebIdentity',
      principal: { type: 'Federated', id: `arn:aws:iam::${account}:oidc-provider/${host}` },
      context: Object.fromEntries(Object.entries(claims).map(([key, value]) => [`${host}:${key}`, value])),
    })

  test.each<[boolean, string, Record<string, string>]>([
    [true, 'the environment', { sub: 'repo:acme/fleet:environment:production', aud: 'sts.amazonaws.com' }],
    [false, 'another environment', { sub: 'repo:acme/fleet:environment:test', aud: 'sts.amazonaws.com' }],
    [false, 'a pull request', { sub: 'repo:acme/fleet:pull_request', aud: 'sts.amazonaws.com' }],
    [false, 'a fork', { sub: 'repo:mallory/fleet:environment:production', aud: 'sts.amazonaws.com' }],
    [
      false,
      'a repository with a longer name',
      { sub: 'repo:acme/fleet2:environment:production', aud: 'sts.amazonaws.com' },
    ],
    [false, 'a token for somebody else', { sub: 'repo:acme/fleet:environment:production', aud: 'other' }],
    [false, 'a token without claims', {}],
  ])('GitHub: %s for %s', (expected, _, claims) =>
    expect(asks(githubTrust(PLACE.account, 'acme/fleet', 'production'), GITHUB, claims)).toBe(expected),
  )

  test.each<[boolean, string, Record<string, string>]>([
    [
      true,
      'the branch',
      { sub: 'project_path:acme/fleet:ref_type:branch:ref:main', aud: 'https://gitlab.com' },
    ],
    [
      false,
      'another branch',
      { sub: 'project_path:acme/fleet:ref_type:branch:ref:x', aud: 'https://gitlab.com' },
    ],
    [false, 'a tag', { sub: 'project_path:acme/fleet:ref_type:tag:ref:main', aud: 'https://gitlab.com' }],
    [
      false,
      'another project',
      { sub: 'project_path:acme/other:ref_type:branch:ref:main', aud: 'https://gitlab.com' },
    ],
  ])('GitLab: %s for %s', (expected, _, claims) =>
    expect(asks(gitlabTrust(PLACE.account, 'gitlab.com', 'acme/fleet', 'main'), 'gitlab.com', claims)).toBe(
      expected,
    ),
  )

  test('is of one provider', () => {
    const claims = { sub: 'repo:acme/fleet:environment:production', aud: 'sts.amazonaws.com' }
    const trust = githubTrust(PLACE.account, 'acme/fleet', 'production')
    expect(asks(trust, GITHUB, claims, '210987654321')).toBe(false)
    expect(asks(trust, 'idp.example.com', claims)).toBe(false)
  })

  test('a bastion is an instance, and no other service', () => {
    const assume = (id: string) =>
      trusts(JSON.stringify(BASTION_TRUST), {
        action: 'sts:AssumeRole',
        principal: { type: 'Service', id },
        context: {},
      })
    expect([assume('ec2.amazonaws.com'), assume('lambda.amazonaws.com')]).toEqual([true, false])
  })
})
