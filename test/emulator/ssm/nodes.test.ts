import {
  AddTagsToResourceCommand,
  CreateActivationCommand,
  DeregisterManagedInstanceCommand,
  DescribeInstanceInformationCommand,
  GetServiceSettingCommand,
  ListTagsForResourceCommand,
  paginateDescribeInstanceInformation,
  RemoveTagsFromResourceCommand,
  type SSMClient,
  UpdateServiceSettingCommand,
} from '@aws-sdk/client-ssm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Cloud, startCloud } from '../../../src/emulator/cloud.ts'
import { Agent } from '../agent.ts'
import { clients } from '../clients.ts'
import { heartbeat } from '../heartbeat.ts'
import { signedFetch } from '../remote-write.ts'
import { makeRole } from '../role.ts'

let cloud: Cloud
let ssm: SSMClient

beforeEach(async () => {
  cloud = await startCloud()
  const aws = clients(cloud)
  ssm = aws.ssm
  await makeRole(aws.iam, 'muster-node')
})
afterEach(() => cloud.close())

async function registered(count: number, tags: Record<string, string> = {}): Promise<Agent[]> {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
  const activation = await ssm.send(
    new CreateActivationCommand({ IamRole: 'muster-node', RegistrationLimit: count, Tags }),
  )
  const agents = Array.from({ length: count }, () => new Agent(cloud))
  for (const agent of agents) expect((await agent.register(activation)).status).toBe(200)
  return agents
}

const describeNodes = async (filters: [string, ...string[]][] = []) => {
  const Filters = filters.map(([Key, ...Values]) => ({ Key, Values }))
  return (await ssm.send(new DescribeInstanceInformationCommand({ Filters, MaxResults: 50 })))
    .InstanceInformationList!
}

describe('a managed node', () => {
  it('is ConnectionLost until it pings, Online then, and ConnectionLost again when the pings stop', async () => {
    const [agent] = await registered(1)
    const status = async () => (await describeNodes())[0]!.PingStatus
    expect(await status()).toBe('ConnectionLost')
    await heartbeat(agent!)
    expect(await status()).toBe('Online')
    cloud.settings.clockOffset = 601
    const later = clients(cloud).ssm
    later.config.systemClockOffset = 601_000
    const { InstanceInformationList } = await later.send(new DescribeInstanceInformationCommand({}))
    expect(InstanceInformationList![0]!.PingStatus).toBe('ConnectionLost')
  })

  it('is described by what its agent says', async () => {
    const [agent] = await registered(1)
    await heartbeat(agent!, {
      ComputerName: 'web01',
      IPAddress: '10.1.2.3',
      PlatformName: 'Ubuntu',
      PlatformVersion: '24.04',
    })
    expect(await describeNodes()).toEqual([
      expect.objectContaining({
        InstanceId: agent!.id,
        ResourceType: 'ManagedInstance',
        IamRole: 'muster-node',
        AgentVersion: '3.3.1142.0',
        PlatformType: 'Linux',
        PlatformName: 'Ubuntu',
        PlatformVersion: '24.04',
        ComputerName: 'web01',
        IPAddress: '10.1.2.3',
        ActivationId: cloud.inspect.activations()[0]!.id,
        RegistrationDate: expect.any(Date),
        LastPingDateTime: expect.any(Date),
      }),
    ])
  })

  it('is seen late when descriptions are late', async () => {
    cloud.settings.describeDelay = 3600
    const [agent] = await registered(1)
    await heartbeat(agent!)
    expect(await describeNodes()).toEqual([])
    cloud.settings.describeDelay = 0
    expect((await describeNodes()).map(({ InstanceId }) => InstanceId)).toEqual([agent!.id])
  })

  it('is gone when it is deregistered, and its token says nothing of it any more', async () => {
    const [agent] = await registered(1)
    const token = await agent!.token()
    await ssm.send(new DeregisterManagedInstanceCommand({ InstanceId: agent!.id }))
    expect(await describeNodes()).toEqual([])
    await expect(heartbeat(agent!, {}, token)).rejects.toMatchObject({ name: 'InvalidInstanceId' })
    await expect(agent!.token()).rejects.toThrow('InvalidInstanceId')
    await expect(
      ssm.send(new DeregisterManagedInstanceCommand({ InstanceId: agent!.id })),
    ).rejects.toMatchObject({
      name: 'InvalidInstanceId',
    })
  })
})

describe('DescribeInstanceInformation', () => {
  it('gives pages of ten unless asked otherwise, of five at least', async () => {
    await registered(11)
    const first = await ssm.send(new DescribeInstanceInformationCommand({}))
    expect(first.InstanceInformationList!.length).toBe(10)
    const ids: string[] = []
    const pages: number[] = []
    for await (const page of paginateDescribeInstanceInformation({ client: ssm, pageSize: 5 }, {})) {
      pages.push(page.InstanceInformationList!.length)
      ids.push(...page.InstanceInformationList!.map(({ InstanceId }) => InstanceId!))
    }
    expect(pages).toEqual([5, 5, 1])
    expect(ids.sort()).toEqual(
      cloud.inspect
        .nodes()
        .map(({ id }) => id)
        .sort(),
    )
    const ask = (input: object) => ssm.send(new DescribeInstanceInformationCommand(input))
    await expect(ask({ MaxResults: 4 })).rejects.toMatchObject({ name: 'ValidationException' })
    await expect(ask({ MaxResults: 51 })).rejects.toMatchObject({ name: 'ValidationException' })
    await expect(
      ask({ NextToken: first.NextToken, Filters: [{ Key: 'PingStatus', Values: ['Online'] }] }),
    ).rejects.toMatchObject({ name: 'InvalidNextToken' })
  })

  it('filters by every key', async () => {
    const [a, b] = await registered(2, { site: 'fra', 'tag only': '' })
    const [c] = await registered(1)
    await heartbeat(a!)
    const idsOf = async (...filters: [string, ...string[]][]) =>
      (await describeNodes(filters)).map(({ InstanceId }) => InstanceId!).sort()
    const all = [a!.id, b!.id, c!.id].sort()
    const fra = [a!.id, b!.id].sort()
    const [first] = cloud.inspect.activations()
    expect(await idsOf(['InstanceIds', a!.id, c!.id])).toEqual([a!.id, c!.id].sort())
    expect(await idsOf(['ActivationIds', first!.id])).toEqual(fra)
    expect(await idsOf(['PingStatus', 'Online'])).toEqual([a!.id])
    expect(await idsOf(['PingStatus', 'ConnectionLost'], ['ActivationIds', first!.id])).toEqual([b!.id])
    expect(await idsOf(['AgentVersion', '3.3.1142.0'])).toEqual([a!.id])
    expect(await idsOf(['PlatformTypes', 'Linux'])).toEqual([a!.id])
    expect(await idsOf(['IamRole', 'muster-node'])).toEqual(all)
    expect(await idsOf(['ResourceType', 'ManagedInstance'])).toEqual(all)
    expect(await idsOf(['ResourceType', 'EC2Instance'])).toEqual([])
    expect(await idsOf(['SourceTypes', 'AWS::SSM::ManagedInstance'])).toEqual(all)
    expect(await idsOf(['SourceIds', b!.id])).toEqual([b!.id])
    expect(await idsOf(['AssociationStatus', 'Success'])).toEqual([])
    expect(await idsOf(['tag:site', 'fra', 'ber'])).toEqual(fra)
    expect(await idsOf(['tag-key', 'tag only'], ['tag:site', 'fra'])).toEqual(fra)
    expect(await idsOf(['tag:site', 'ber'])).toEqual([])
  })

  it.each([
    [
      'tags with anything else',
      [
        { Key: 'tag:a', Values: ['b'] },
        { Key: 'PingStatus', Values: ['Online'] },
      ],
      'InvalidInstanceInformationFilterValue',
    ],
    ['a key it does not know', [{ Key: 'Hostname', Values: ['x'] }], 'InvalidFilterKey'],
    ['no values', [{ Key: 'InstanceIds', Values: [] }], 'InvalidInstanceInformationFilterValue'],
    ['an id that is none', [{ Key: 'InstanceIds', Values: ['web01'] }], 'InvalidInstanceId'],
  ])('refuses %s', async (_, Filters, name) => {
    await expect(ssm.send(new DescribeInstanceInformationCommand({ Filters }))).rejects.toMatchObject({
      name,
    })
  })
})

describe('what else an agent asks', () => {
  it.each([
    ['ssm', 'AmazonSSM.ListInstanceAssociations', { Associations: [] }],
    ['ssm', 'AmazonSSM.ListAssociations', { Associations: [] }],
    ['ssm', 'AmazonSSM.PutInventory', {}],
    ['ec2messages', 'EC2WindowsMessageDeliveryService.GetMessages', { Destination: 'me', Messages: [] }],
  ])('finds nothing to do: %s %s', async (service, target, expected) => {
    const [agent] = await registered(1)
    const answer = await signedFetch(`${cloud.url()}/`, await agent!.token(), {
      method: 'POST',
      service,
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
      body: JSON.stringify({ Destination: 'me', InstanceId: agent!.id }),
    })
    expect({ status: answer.status, body: await answer.json() }).toEqual({ status: 200, body: expected })
  })
})

describe('tags and settings', () => {
  it('adds, lists and removes tags of a node', async () => {
    const [agent] = await registered(1, { site: 'fra' })
    const target = { ResourceType: 'ManagedInstance', ResourceId: agent!.id } as const
    const list = async () => (await ssm.send(new ListTagsForResourceCommand(target))).TagList
    await ssm.send(new AddTagsToResourceCommand({ ...target, Tags: [{ Key: 'role', Value: 'web' }] }))
    expect(await list()).toEqual([
      { Key: 'site', Value: 'fra' },
      { Key: 'role', Value: 'web' },
    ])
    await ssm.send(new RemoveTagsFromResourceCommand({ ...target, TagKeys: ['site'] }))
    expect(await list()).toEqual([{ Key: 'role', Value: 'web' }])
    const many = Array.from({ length: 50 }, (_, index) => ({ Key: `k${index}`, Value: '' }))
    await expect(ssm.send(new AddTagsToResourceCommand({ ...target, Tags: many }))).rejects.toMatchObject({
      name: 'TooManyTagsError',
    })
    await expect(
      ssm.send(new ListTagsForResourceCommand({ ...target, ResourceId: 'mi-0' })),
    ).rejects.toMatchObject({ name: 'InvalidResourceId' })
  })

  it('keeps the activation tier', async () => {
    const SettingId = '/ssm/managed-instance/activation-tier'
    const get = async () => (await ssm.send(new GetServiceSettingCommand({ SettingId }))).ServiceSetting!
    expect(await get()).toMatchObject({ SettingValue: 'standard', Status: 'Default' })
    const { ARN } = await get()
    await ssm.send(new UpdateServiceSettingCommand({ SettingId: ARN, SettingValue: 'advanced' }))
    expect(await get()).toMatchObject({ SettingValue: 'advanced', Status: 'Customized' })
    await expect(ssm.send(new GetServiceSettingCommand({ SettingId: '/ssm/x' }))).rejects.toMatchObject({
      name: 'ServiceSettingNotFound',
    })
  })
})
