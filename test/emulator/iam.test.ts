import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  type IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  ListRoleTagsCommand,
  PutRolePolicyCommand,
  paginateListRoles,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Cloud, startCloud } from '../../src/emulator/cloud.ts'
import { clients } from './clients.ts'
import { SSM_CORE, TRUST } from './role.ts'

let cloud: Cloud
let iam: IAMClient
const RoleName = 'muster-node'

beforeEach(async () => {
  cloud = await startCloud()
  iam = clients(cloud).iam
})
afterEach(() => cloud.close())

const create = (input: object = {}) =>
  iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST, ...input }))

describe('roles', () => {
  it('creates, describes and updates one', async () => {
    const made = await create({
      Path: '/hybrid/',
      Description: 'a <role> & "more"',
      Tags: [{ Key: 'a', Value: 'b' }],
    })
    expect(made.Role).toMatchObject({
      Arn: 'arn:aws:iam::123456789012:role/hybrid/muster-node',
      CreateDate: expect.any(Date),
    })
    const get = async () => (await iam.send(new GetRoleCommand({ RoleName }))).Role!
    expect(await get()).toMatchObject({
      Description: 'a <role> & "more"',
      MaxSessionDuration: 3600,
      Tags: [{ Key: 'a', Value: 'b' }],
    })
    expect(decodeURIComponent((await get()).AssumeRolePolicyDocument!)).toBe(TRUST)
    await iam.send(new UpdateRoleCommand({ RoleName, Description: 'other', MaxSessionDuration: 7200 }))
    const trust = TRUST.replace('ssm', 'ec2')
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: trust }))
    expect(await get()).toMatchObject({ Description: 'other', MaxSessionDuration: 7200 })
    expect(decodeURIComponent((await get()).AssumeRolePolicyDocument!)).toBe(trust)
  })

  it('lists them in pages, by path', async () => {
    for (const index of [1, 2, 3])
      await create({ RoleName: `r${index}`, Path: index === 3 ? '/other/' : '/x/' })
    const names: string[] = []
    for await (const page of paginateListRoles({ client: iam, pageSize: 1 }, { PathPrefix: '/x/' })) {
      names.push(...page.Roles!.map(({ RoleName }) => RoleName!))
    }
    expect(names).toEqual(['r1', 'r2'])
  })

  it.each([
    ['a name that is taken, in any case', { RoleName: 'MUSTER-node' }, 'EntityAlreadyExistsException'],
    ['a name that is none', { RoleName: 'a b' }, 'ValidationError'],
    [
      'a trust policy that is no JSON',
      { RoleName: 'x', AssumeRolePolicyDocument: '{' },
      'MalformedPolicyDocumentException',
    ],
    [
      'a trust policy with a resource',
      { RoleName: 'x', AssumeRolePolicyDocument: TRUST.replace('"Action"', '"Resource":"*","Action"') },
      'MalformedPolicyDocumentException',
    ],
    ['a reserved tag', { RoleName: 'x', Tags: [{ Key: 'aws:a', Value: '' }] }, 'InvalidInputException'],
  ])('refuses %s', async (_, input, name) => {
    await create()
    await expect(create(input)).rejects.toMatchObject({ name })
  })

  it('tags and untags', async () => {
    await create()
    await iam.send(
      new TagRoleCommand({
        RoleName,
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '2' },
        ],
      }),
    )
    await iam.send(new UntagRoleCommand({ RoleName, TagKeys: ['a'] }))
    expect((await iam.send(new ListRoleTagsCommand({ RoleName }))).Tags).toEqual([{ Key: 'b', Value: '2' }])
  })
})

describe('policies', () => {
  const document = JSON.stringify({
    Statement: [{ Effect: 'Allow', Action: 'aps:RemoteWrite', Resource: '*' }],
  })
  const attached = async () =>
    (await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }))).AttachedPolicies
  const inline = async () => (await iam.send(new ListRolePoliciesCommand({ RoleName }))).PolicyNames

  it('attaches and detaches the managed ones it knows', async () => {
    await create()
    const attach = (PolicyArn: string) => iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }))
    await attach(SSM_CORE)
    await attach(SSM_CORE)
    expect(await attached()).toEqual([{ PolicyName: 'AmazonSSMManagedInstanceCore', PolicyArn: SSM_CORE }])
    await expect(attach('arn:aws:iam::aws:policy/Nothing')).rejects.toMatchObject({
      name: 'NoSuchEntityException',
    })
    await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: SSM_CORE }))
    expect(await attached()).toEqual([])
    await expect(
      iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: SSM_CORE })),
    ).rejects.toMatchObject({ name: 'NoSuchEntityException' })
  })

  it('puts, shows and deletes inline ones', async () => {
    await create()
    const named = { RoleName, PolicyName: 'amp' }
    await iam.send(new PutRolePolicyCommand({ ...named, PolicyDocument: document }))
    expect(await inline()).toEqual(['amp'])
    expect(decodeURIComponent((await iam.send(new GetRolePolicyCommand(named))).PolicyDocument!)).toBe(
      document,
    )
    await expect(
      iam.send(new PutRolePolicyCommand({ ...named, PolicyDocument: TRUST })),
    ).rejects.toMatchObject({ name: 'MalformedPolicyDocumentException' })
    await iam.send(new DeleteRolePolicyCommand(named))
    await expect(iam.send(new GetRolePolicyCommand(named))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
    })
  })

  it('keep a role from being deleted', async () => {
    await create()
    const remove = () => iam.send(new DeleteRoleCommand({ RoleName }))
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: SSM_CORE }))
    await expect(remove()).rejects.toMatchObject({ name: 'DeleteConflictException' })
    await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: SSM_CORE }))
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'amp', PolicyDocument: document }))
    await expect(remove()).rejects.toMatchObject({ name: 'DeleteConflictException' })
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'amp' }))
    await remove()
    await expect(iam.send(new GetRoleCommand({ RoleName }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
    })
  })
})
