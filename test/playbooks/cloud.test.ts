import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateWorkspaceCommand } from '@aws-sdk/client-amp'
import { CreatePolicyCommand } from '@aws-sdk/client-iam'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { EXAMPLE_PLACE, JOBS, policyDocument, policyFor } from '../../scripts/docs/iam/policies.ts'
import { type Cloud, startCloud } from '../../src/emulator/cloud.ts'
import { clients } from '../emulator/clients.ts'
import { makeRole } from '../emulator/role.ts'
import { type Ended, RunningMuster } from '../run/muster.ts'

// The account as companies have it: what playbooks/cloud.yaml makes, and what of it is there and only used.

const CLOUD = join(import.meta.dirname, '../../playbooks/cloud.yaml')
const SHOW = join(import.meta.dirname, 'show-cloud.yaml')

let folder: string
let cloud: Cloud
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-cloud-side-'))
  cloud = await startCloud()
})
afterEach(async () => {
  await cloud.close()
  await rm(folder, { recursive: true, force: true })
})

async function apply(
  variables: Readonly<Record<string, unknown>>,
  environment = cloud.environment(),
  playbook = CLOUD,
  hosts: Readonly<Record<string, Readonly<Record<string, unknown>>>> = { web01: {} },
  words: readonly string[] = [],
): Promise<Ended> {
  const inventory = join(folder, 'hosts.yaml')
  const vars = {
    muster_region: 'eu-central-1',
    muster_role: 'muster-node',
    muster_workspace: 'fleet',
    ...variables,
  }
  await writeFile(inventory, JSON.stringify({ all: { vars, hosts } }))
  return new RunningMuster(['apply', playbook, '-i', inventory, '--json', ...words], {
    environment: { ...environment, XDG_STATE_HOME: folder, XDG_CACHE_HOME: folder },
  }).ended
}

/** What later plays read. */
function told({ events, stdout }: Ended): Record<string, unknown> {
  const shown = events.find(({ task }) => task === 'show')
  if (shown === undefined) throw new Error(stdout)
  const { msg } = shown.result as { msg: unknown }
  return (typeof msg === 'string' ? JSON.parse(msg) : msg) as Record<string, unknown>
}

describe('what is made', () => {
  test('a role and a workspace, by their names', async () => {
    const ended = await apply({}, undefined, SHOW)
    expect(ended.code).toBe(0)
    const [workspace] = cloud.inspect.workspaces()
    expect(told(ended)).toMatchObject({ role: 'muster-node', workspace: workspace!.id })
    expect(cloud.inspect.roles()).toMatchObject([{ name: 'muster-node', path: '/', boundary: undefined }])
  })

  test('with path, boundary, tags and a key of the company', async () => {
    const { iam } = clients(cloud)
    const PolicyDocument = '{"Statement":{"Effect":"Allow","Action":["ssm:*","aps:*"],"Resource":"*"}}'
    const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'boundary', PolicyDocument }))
    const variables = {
      muster_role: 'fleets/eu/muster-node',
      muster_role_boundary: Policy!.Arn,
      muster_role_tags: { cost: '42' },
      muster_workspace_kms_key: 'arn:aws:kms:eu-central-1:123456789012:key/1',
      muster_workspace_tags: { cost: '43' },
    }
    const ended = await apply(variables, undefined, SHOW)
    expect(ended.code).toBe(0)
    expect(told(ended)).toMatchObject({ role: 'fleets/eu/muster-node' })
    expect(cloud.inspect.roles()).toMatchObject([
      {
        name: 'muster-node',
        path: '/fleets/eu/',
        boundary: 'arn:aws:iam::123456789012:policy/boundary',
        tags: { cost: '42', 'muster:managed': 'muster' },
      },
    ])
    expect(cloud.inspect.workspaces()).toMatchObject([
      { kmsKeyArn: 'arn:aws:kms:eu-central-1:123456789012:key/1', tags: { cost: '43' } },
    ])
    // And it is left alone the next time.
    const again = await apply(variables)
    expect(again.events.filter(({ status }) => status === 'changed')).toEqual([])
    const other = await apply({ ...variables, muster_workspace_kms_key: 'arn:aws:kms:eu-central-1:1:key/2' })
    expect(other.stdout).toContain('the key of a workspace cannot be changed')
  })
})

describe('a fleet of several regions', () => {
  const FLEET = {
    web01: {},
    web02: {},
    web03: { muster_region: 'us-east-1' },
    web04: { muster_region: 'us-east-1', muster_role: 'edge/muster-edge', muster_owner: 'edge' },
    web05: { muster_region: 'us-east-1', muster_workspace: 'edge', muster_owner: 'edge' },
    web06: {
      muster_region: 'ap-south-1',
      muster_workspace_url: 'https://aps-workspaces.ap-south-1.amazonaws.com/workspaces/ws-1/',
    },
  }
  const places = () =>
    cloud.inspect.workspaces().map(({ region, alias, tags }) => [region, alias, tags['muster:managed']])

  test('gets each role and each workspace once, and every host its own', async () => {
    const ended = await apply({}, undefined, SHOW, FLEET)
    expect(ended.code).toBe(0)
    expect(places()).toEqual([
      ['eu-central-1', 'fleet', 'muster'],
      ['us-east-1', 'fleet', 'muster'],
      ['us-east-1', 'edge', 'edge'],
    ])
    expect(cloud.inspect.roles().map(({ path, name, tags }) => [path, name, tags['muster:managed']])).toEqual(
      [
        ['/', 'muster-node', 'muster'],
        ['/edge/', 'muster-edge', 'edge'],
      ],
    )
    const [eu, us, edge] = cloud.inspect.workspaces().map(({ id }) => id)
    expect(told(ended)).toMatchObject({ role: 'muster-node', workspace: eu })
    const own = ended.events.flatMap(({ task, host, result }) =>
      task === 'own' ? [[host, ...(result as { msg: string[] }).msg]] : [],
    )
    expect(own.sort()).toEqual([
      ['web01', 'muster-node', eu, 'eu-central-1'],
      ['web02', 'muster-node', eu, 'eu-central-1'],
      ['web03', 'muster-node', us, 'us-east-1'],
      ['web04', 'edge/muster-edge', us, 'us-east-1'],
      ['web05', 'muster-node', edge, 'us-east-1'],
      ['web06', 'muster-node', 'ws-1', 'ap-south-1'],
    ])
    const again = await apply({}, undefined, CLOUD, FLEET)
    expect(again.events.filter(({ status }) => status === 'changed')).toEqual([])
  })

  test('with --limit only what its hosts need', async () => {
    const ended = await apply({}, undefined, SHOW, FLEET, ['--limit', 'web03,web04'])
    expect(ended.code).toBe(0)
    expect(places()).toEqual([['us-east-1', 'fleet', 'muster']])
    expect(
      new Set(cloud.requests().map(({ needs }) => needs[0]?.context['aws:requestedregion'])),
    ).not.toContain('eu-central-1')
  })

  test('one region without AMP is refused by name before anything is made', async () => {
    const { AWS_ENDPOINT_URL: url, ...rest } = cloud.environment()
    const services = { AWS_ENDPOINT_URL_STS: url!, AWS_ENDPOINT_URL_IAM: url!, AWS_ENDPOINT_URL_SSM: url! }
    const hosts = { ...FLEET, web07: { muster_region: 'ap-southeast-6' } }
    const { events, code } = await apply({}, { ...rest, ...services }, CLOUD, hosts)
    expect(code).toBe(2)
    expect(JSON.stringify(events)).toContain('is not offered in ap-southeast-6')
    expect(cloud.inspect.roles()).toEqual([])
  })
})

describe('what is there', () => {
  async function existing(): Promise<string> {
    const { iam, amp } = clients(cloud)
    await makeRole(iam, 'muster-node', [])
    const { workspaceId } = await amp.send(new CreateWorkspaceCommand({ alias: 'theirs' }))
    return workspaceId!
  }

  test('is used with the rights for that alone, and nothing of it is changed', async () => {
    const id = await existing()
    const policy = policyDocument(policyFor(JOBS.fleet, { ...EXAMPLE_PLACE, workspace: id }))
    const ended = await apply(
      { muster_make_role: false, muster_workspace_id: id },
      cloud.userEnvironment('bastion', [policy]),
      SHOW,
    )
    expect(ended.code).toBe(0)
    expect(told(ended)).toEqual({
      role: 'muster-node',
      workspace: id,
      endpoint: `${cloud.url()}/workspaces/${id}/`,
    })
    expect(cloud.inspect.roles()[0]!.attached.size).toBe(0)
  })

  test('is named by its URL where AMP may not be asked', async () => {
    const url = 'https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-1'
    const ended = await apply(
      { muster_make_role: false, muster_workspace_url: `${url}/` },
      cloud.userEnvironment('nobody', []),
      SHOW,
    )
    expect(ended.code).toBe(0)
    expect(told(ended)).toEqual({ role: 'muster-node', workspace: 'ws-1', endpoint: `${url}/` })
    expect(Object.keys(cloud.counts())).toEqual(['sts:GetCallerIdentity'])
  })

  test.each([
    ['iam:GetRole', {}],
    ['aps:DescribeWorkspace', { muster_make_role: false, muster_workspace_id: 'ws-1' }],
    ['aps:ListWorkspaces', { muster_make_role: false }],
  ])('what is missing for it is told: %s', async (action, variables) => {
    const { events, code } = await apply(variables, cloud.userEnvironment('nobody', []))
    expect(code).toBe(2)
    const last = events.at(-1) as unknown as { failures: { hint?: string }[] }
    expect(last.failures[0]?.hint).toContain(`these credentials need ${action}`)
  })

  test('and is not there, is told', async () => {
    const { stdout } = await apply({ muster_workspace_id: 'ws-1' })
    expect(stdout).toContain('there is no workspace ws-1 in eu-central-1')
  })
})
