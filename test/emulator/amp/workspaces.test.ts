import {
  type AmpClient,
  CreateWorkspaceCommand,
  DeleteWorkspaceCommand,
  DescribeWorkspaceCommand,
  ListTagsForResourceCommand,
  paginateListWorkspaces,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateWorkspaceAliasCommand,
} from '@aws-sdk/client-amp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Cloud, startCloud } from '../../../src/emulator/cloud.ts'
import { clients } from '../clients.ts'

let cloud: Cloud
let amp: AmpClient

beforeEach(async () => {
  cloud = await startCloud()
  amp = clients(cloud).amp
})
afterEach(() => cloud.close())

const create = (input: object = {}) => amp.send(new CreateWorkspaceCommand({ alias: 'fleet', ...input }))
const get = async (workspaceId: string) =>
  (await amp.send(new DescribeWorkspaceCommand({ workspaceId }))).workspace!

describe('a workspace', () => {
  it('is made, described, renamed, tagged and deleted', async () => {
    const made = await create({ alias: ' fleet ', tags: { team: 'ops' } })
    const workspaceId = made.workspaceId!
    expect(made).toMatchObject({ status: { statusCode: 'ACTIVE' }, tags: { team: 'ops' } })
    expect(await get(workspaceId)).toMatchObject({
      alias: 'fleet',
      arn: `arn:aws:aps:eu-central-1:123456789012:workspace/${workspaceId}`,
      prometheusEndpoint: `${cloud.url()}/workspaces/${workspaceId}/`,
      createdAt: expect.any(Date),
    })
    await amp.send(new UpdateWorkspaceAliasCommand({ workspaceId, alias: 'other' }))
    expect((await get(workspaceId)).alias).toBe('other')
    const resourceArn = made.arn
    await amp.send(new TagResourceCommand({ resourceArn, tags: { a: '1' } }))
    await amp.send(new UntagResourceCommand({ resourceArn, tagKeys: ['team'] }))
    expect((await amp.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual({ a: '1' })
    await amp.send(new DeleteWorkspaceCommand({ workspaceId }))
    await expect(get(workspaceId)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      resourceId: workspaceId,
    })
  })

  it('is CREATING for a while, cannot be deleted then, and is ACTIVE after', async () => {
    cloud.settings.workspaceDelay = 3600
    const { workspaceId, status } = await create()
    expect(status!.statusCode).toBe('CREATING')
    await expect(amp.send(new DeleteWorkspaceCommand({ workspaceId }))).rejects.toMatchObject({
      name: 'ConflictException',
    })
    cloud.settings.clockOffset = 3601
    amp.config.systemClockOffset = 3_601_000
    expect((await get(workspaceId!)).status!.statusCode).toBe('ACTIVE')
  })

  it('fails to be made when told to', async () => {
    cloud.settings.workspaceFails = true
    expect((await create()).status!.statusCode).toBe('CREATION_FAILED')
  })

  it('is the same for the same client token, and another for another, whatever the alias', async () => {
    const [first, again, other] = [
      await create({ clientToken: 't' }),
      await create({ clientToken: 't' }),
      await create(),
    ]
    expect(again.workspaceId).toBe(first.workspaceId)
    expect(other.workspaceId).not.toBe(first.workspaceId)
    await expect(create({ clientToken: 't', alias: 'x' })).rejects.toMatchObject({
      name: 'ConflictException',
    })
  })

  it('is found by the beginning of its alias, in pages', async () => {
    for (const alias of ['fleet', 'fleet-2', 'fleet-3', 'other']) await create({ alias })
    const pages: string[][] = []
    for await (const page of paginateListWorkspaces({ client: amp, pageSize: 2 }, { alias: 'fleet' })) {
      pages.push(page.workspaces!.map(({ alias }) => alias!))
    }
    expect(pages).toEqual([['fleet', 'fleet-2'], ['fleet-3']])
    const elsewhere = clients(cloud, { region: 'us-east-1' }).amp
    for await (const page of paginateListWorkspaces({ client: elsewhere }, {}))
      expect(page.workspaces).toEqual([])
  })

  it.each([
    ['an alias with a slash', { alias: 'a/b' }],
    ['an alias too long', { alias: 'a'.repeat(101) }],
    ['a tag key too long', { tags: { ['k'.repeat(129)]: '' } }],
    ['a reserved tag', { tags: { 'aws:x': '' } }],
  ])('refuses %s', async (_, input) => {
    await expect(create(input)).rejects.toMatchObject({
      name: 'ValidationException',
      reason: 'FIELD_VALIDATION_FAILED',
    })
  })

  it('stops at the quota', async () => {
    for (let index = 0; index < 25; index++) await create()
    await expect(create()).rejects.toMatchObject({
      name: 'ServiceQuotaExceededException',
      $metadata: { httpStatusCode: 402 },
    })
  })
})
