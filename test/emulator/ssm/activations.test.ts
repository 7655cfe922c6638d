import { UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam'
import {
  CreateActivationCommand,
  DeleteActivationCommand,
  DescribeActivationsCommand,
} from '@aws-sdk/client-ssm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Cloud, startCloud } from '../../../src/emulator/cloud.ts'
import { Agent } from '../agent.ts'
import { clients } from '../clients.ts'
import { makeRole, TRUST } from '../role.ts'

let cloud: Cloud
let aws: ReturnType<typeof clients>

beforeEach(async () => {
  cloud = await startCloud()
  aws = clients(cloud)
  await makeRole(aws.iam, 'muster-node')
})
afterEach(() => cloud.close())

const create = (input: Partial<ConstructorParameters<typeof CreateActivationCommand>[0]> = {}) =>
  aws.ssm.send(new CreateActivationCommand({ IamRole: 'muster-node', ...input }))

describe('CreateActivation', () => {
  it('answers an id and a code, and shows all but the code afterwards', async () => {
    const made = await create({
      RegistrationLimit: 3,
      Description: 'batch 1',
      DefaultInstanceName: 'web',
      Tags: [{ Key: 'muster:run', Value: 'r1' }],
    })
    expect(made.ActivationId).toMatch(/^[0-9a-f-]{36}$/)
    expect(made.ActivationCode!.length).toBeGreaterThanOrEqual(20)
    const { ActivationList } = await aws.ssm.send(new DescribeActivationsCommand({}))
    expect(ActivationList).toEqual([
      expect.objectContaining({
        ActivationId: made.ActivationId,
        RegistrationLimit: 3,
        RegistrationsCount: 0,
        Expired: false,
        Description: 'batch 1',
        DefaultInstanceName: 'web',
        IamRole: 'muster-node',
        Tags: [{ Key: 'muster:run', Value: 'r1' }],
      }),
    ])
    const [activation] = ActivationList!
    expect(activation!.ExpirationDate!.getTime() - activation!.CreatedDate!.getTime()).toBe(24 * 3_600_000)
    expect(JSON.stringify([ActivationList, cloud.inspect.activations(), cloud.requests()])).not.toContain(
      made.ActivationCode,
    )
  })

  it.each([
    [
      'a role that is not there',
      { IamRole: 'nobody' },
      /^Nonexistent role or missing ssm service principal in trust policy: arn:aws:iam::123456789012:role\/nobody$/,
    ],
    ['a limit of 0', { RegistrationLimit: 0 }, /'registrationLimit'.*greater than or equal to 1/],
    ['a limit of 1001', { RegistrationLimit: 1001 }, /less than or equal to 1000/],
    ['a description that is too long', { Description: 'x'.repeat(257) }, /'description'.*256/],
    ['an expiry 31 days ahead', { ExpirationDate: new Date(Date.now() + 31 * 86_400_000) }, /30 days/],
    ['an expiry in the past', { ExpirationDate: new Date(Date.now() - 1000) }, /future/],
    ['a reserved tag', { Tags: [{ Key: 'aws:x', Value: '' }] }, /reserved/],
    [
      'two mistakes at once',
      { RegistrationLimit: 0, DefaultInstanceName: 'a!b' },
      /^2 validation errors detected/,
    ],
  ])('refuses %s', async (_, input, message) => {
    await expect(create(input)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(message),
    })
  })

  it('fails inside for a role given as ARN', async () => {
    await expect(create({ IamRole: 'arn:aws:iam::123456789012:role/muster-node' })).rejects.toMatchObject({
      name: 'InternalFailure',
      $metadata: { httpStatusCode: 500 },
    })
  })

  it('wants the trust in Systems Manager, for this account and region where it has conditions', async () => {
    const trust = async (statement: object) => {
      const document = JSON.stringify({ Statement: [{ ...JSON.parse(TRUST).Statement[0], ...statement }] })
      await aws.iam.send(
        new UpdateAssumeRolePolicyCommand({ RoleName: 'muster-node', PolicyDocument: document }),
      )
      return create().then(
        () => 'trusted',
        (error: Error) => error.message,
      )
    }
    const condition = (account: string, region: string) => ({
      Condition: {
        StringEquals: { 'aws:SourceAccount': account },
        ArnEquals: { 'aws:SourceArn': `arn:aws:ssm:${region}:${account}:*` },
      },
    })
    expect(await trust({})).toBe('trusted')
    expect(await trust(condition('123456789012', 'eu-central-1'))).toBe('trusted')
    expect(await trust(condition('210987654321', 'eu-central-1'))).toContain('Nonexistent role')
    expect(await trust(condition('123456789012', 'us-east-1'))).toContain('Nonexistent role')
    expect(await trust({ Principal: { Service: 'ec2.amazonaws.com' } })).toContain(
      'missing ssm service principal',
    )
    expect(await trust({ Effect: 'Deny' })).toContain('missing ssm service principal')
  })

  it('does not see a role before IAM has spread it', async () => {
    cloud.settings.iamDelay = 3600
    await expect(create()).rejects.toThrow('Nonexistent role')
    cloud.settings.iamDelay = 0
    await expect(create()).resolves.toBeDefined()
  })
})

describe('DescribeActivations', () => {
  it('pages, and filters', async () => {
    const made = await Promise.all(
      Array.from({ length: 5 }, (_, index) => create({ DefaultInstanceName: `n${index % 2}` })),
    )
    const found: string[] = []
    let NextToken: string | undefined
    let pages = 0
    do {
      const answer = await aws.ssm.send(new DescribeActivationsCommand({ MaxResults: 2, NextToken }))
      found.push(...answer.ActivationList!.map(({ ActivationId }) => ActivationId!))
      NextToken = answer.NextToken
      pages++
    } while (NextToken !== undefined)
    expect(pages).toBe(3)
    expect(found.sort()).toEqual(made.map(({ ActivationId }) => ActivationId!).sort())
    const filtered = (FilterKey: 'DefaultInstanceName' | 'IamRole' | 'ActivationIds', value: string) =>
      aws.ssm
        .send(new DescribeActivationsCommand({ Filters: [{ FilterKey, FilterValues: [value] }] }))
        .then(({ ActivationList }) => ActivationList!.length)
    expect(await filtered('DefaultInstanceName', 'n1')).toBe(2)
    expect(await filtered('IamRole', 'other')).toBe(0)
    expect(await filtered('ActivationIds', found[0]!)).toBe(1)
  })

  it('refuses a filter and a token it does not know', async () => {
    const ask = (input: object) => aws.ssm.send(new DescribeActivationsCommand(input))
    await expect(ask({ Filters: [{ FilterKey: 'Tag', FilterValues: ['x'] }] })).rejects.toMatchObject({
      name: 'InvalidFilter',
    })
    await expect(ask({ NextToken: 'x' })).rejects.toMatchObject({ name: 'InvalidNextToken' })
    await expect(ask({ MaxResults: 51 })).rejects.toMatchObject({ name: 'ValidationException' })
  })

  it('shows only what is in the region', async () => {
    await create()
    const elsewhere = clients(cloud, { region: 'us-east-1' })
    expect((await elsewhere.ssm.send(new DescribeActivationsCommand({}))).ActivationList).toEqual([])
  })
})

describe('RegisterManagedInstance', () => {
  const refused = async (activation: object) => (await new Agent(cloud).register(activation)).body['__type']

  it('gives a node to whoever brings id and code, as often as the limit says', async () => {
    const activation = await create({ RegistrationLimit: 2, Tags: [{ Key: 'site', Value: 'fra' }] })
    const agents = [new Agent(cloud), new Agent(cloud)]
    for (const agent of agents)
      expect((await agent.register(activation)).body['InstanceId']).toMatch(/^mi-[0-9a-f]{17}$/)
    expect(new Set(agents.map(({ id }) => id)).size).toBe(2)
    expect(await refused(activation)).toBe('RegistrationLimitExceeded')
    expect(cloud.inspect.activations()[0]!.registrations).toBe(2)
    expect(cloud.inspect.nodes().map(({ tags }) => tags)).toEqual([{ site: 'fra' }, { site: 'fra' }])
  })

  it('refuses a wrong code, an unknown id, and one that was deleted', async () => {
    const activation = await create()
    expect(await refused({ ...activation, ActivationCode: 'x'.repeat(20) })).toBe('InvalidActivation')
    expect(await refused({ ...activation, ActivationId: crypto.randomUUID() })).toBe('InvalidActivation')
    expect(await refused({ ...activation, ActivationCode: 'short' })).toBe('ValidationException')
    await aws.ssm.send(new DeleteActivationCommand({ ActivationId: activation.ActivationId }))
    expect(await refused(activation)).toBe('InvalidActivation')
    await expect(
      aws.ssm.send(new DeleteActivationCommand({ ActivationId: activation.ActivationId })),
    ).rejects.toMatchObject({ name: 'InvalidActivation' })
  })

  it('refuses an activation that has expired or is not spread yet', async () => {
    const activation = await create({ ExpirationDate: new Date(Date.now() + 60_000) })
    cloud.settings.activationDelay = 30
    expect(await refused(activation)).toBe('InvalidActivation')
    cloud.settings.clockOffset = 31
    expect((await new Agent(cloud).register({ ...activation })).status).toBe(200)
    cloud.settings.clockOffset = 61
    expect(await refused(activation)).toBe('ActivationExpired')
  })

  it('refuses a key that is none, and one that is registered already', async () => {
    const activation = await create({ RegistrationLimit: 5 })
    const agent = new Agent(cloud)
    await agent.register(activation)
    expect((await agent.register(activation)).body['__type']).toBe('InstanceAlreadyRegistered')
    agent.publicKey = 'AAAA'
    expect((await agent.register(activation)).body['__type']).toBe('InvalidPublicKey')
    expect(cloud.inspect.activations()[0]!.registrations).toBe(1)
  })
})
