import { AttachRolePolicyCommand, CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Cloud, startCloud } from '../../../src/emulator/cloud.ts'
import iamRole from '../../../src/modules/library/iam_role.ts'
import { jsonOf } from '../../../src/values/json-value.ts'
import { clients } from '../../emulator/clients.ts'
import { REMOTE_WRITE, SSM_CORE, TRUST } from '../../emulator/role.ts'
import type { Plain } from '../aws/plain.ts'
import { run } from '../aws/run.ts'

let cloud: Cloud

beforeEach(async () => {
  cloud = await startCloud()
  for (const [name, value] of Object.entries(cloud.environment())) vi.stubEnv(name, value)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await cloud.close()
})

const role = (args: Record<string, Plain> = {}, more = {}) => run(iamRole, { name: 'node', ...args }, more)
const writes = () =>
  Object.entries(cloud.counts())
    .filter(([operation]) => operation.startsWith('iam:') && !/:(Get|List)/.test(operation))
    .reduce((sum, [, count]) => sum + count, 0)

const FULL: Record<string, Plain> = {
  description: 'managed nodes',
  path: '/hybrid/',
  source_account: '123456789012',
  source_arn: 'arn:aws:ssm:eu-central-1:123456789012:*',
  managed_policies: ['AmazonSSMManagedInstanceCore', REMOTE_WRITE],
  inline_policies: {
    own: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: ['aps:QueryMetrics'], Resource: '*' }],
    },
  },
  tags: { owner: 'ops', number: 5 },
}

describe('iam_role', () => {
  it.each([
    ['us-gov-west-1', 'aws-us-gov'],
    ['cn-north-1', 'aws-cn'],
  ])('in %s names of AWS’s own policies mean those of its partition', async (region, partition) => {
    const args = { region, managed_policies: ['AmazonSSMManagedInstanceCore'] }
    const first = await role(args)
    const policy = `arn:${partition}:iam::aws:policy/AmazonSSMManagedInstanceCore`
    expect(first.did).toContain(`attach ${policy} to role node`)
    expect(first.result['arn']).toBe(`arn:${partition}:iam::123456789012:role/node`)
    expect(await role(args)).toMatchObject({ changed: false, did: [] })
    expect(await role({ region, managed_policies: [SSM_CORE] })).toMatchObject({
      failed: true,
      msg: expect.stringContaining('does not exist'),
    })
  })

  it('makes a role with all that is given, and the second run changes nothing', async () => {
    const first = await role(FULL)
    expect(first).toMatchObject({ changed: true, failed: false })
    expect(first.did).toEqual([
      'create role node',
      `attach ${SSM_CORE} to role node`,
      `attach ${REMOTE_WRITE} to role node`,
      'write policy own into role node',
    ])
    expect(first.result).toMatchObject({
      arn: 'arn:aws:iam::123456789012:role/hybrid/node',
      role_name: 'node',
      role: 'hybrid/node',
      path: '/hybrid/',
    })
    expect(jsonOf(first.result['iam_role']!)).toMatchObject({
      managed_policies: [REMOTE_WRITE, SSM_CORE],
      inline_policies: ['own'],
      tags: { 'muster:managed': 'muster', number: '5', owner: 'ops' },
      description: 'managed nodes',
      assume_role_policy_document: {
        Statement: [
          {
            Principal: { Service: 'ssm.amazonaws.com' },
            Condition: {
              StringEquals: { 'aws:SourceAccount': '123456789012' },
              ArnLike: { 'aws:SourceArn': 'arn:aws:ssm:eu-central-1:123456789012:*' },
            },
          },
        ],
      },
    })
    const before = writes()
    const second = await role(FULL)
    expect(second).toMatchObject({ changed: false, did: [], diff: [] })
    expect(second.result).toEqual(first.result)
    expect(writes()).toBe(before)
  })

  it('trusts Systems Manager when nothing else is said', async () => {
    await role()
    expect(JSON.parse(cloud.inspect.roles()[0]!.trust.at(-1)!.value)).toEqual({
      Version: '2012-10-17',
      ...JSON.parse(TRUST),
    })
  })

  it('adopts a role, shows the difference and makes it as wished; what is not given stays', async () => {
    const { iam } = clients(cloud)
    await iam.send(
      new CreateRoleCommand({
        RoleName: 'node',
        Description: 'old',
        AssumeRolePolicyDocument: TRUST.replace('ssm', 'ec2'),
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '2' },
        ],
      }),
    )
    await iam.send(new AttachRolePolicyCommand({ RoleName: 'node', PolicyArn: REMOTE_WRITE }))
    const PolicyDocument = '{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}'
    await iam.send(new PutRolePolicyCommand({ RoleName: 'node', PolicyName: 'old', PolicyDocument }))
    const { did, diff, changed } = await role({ managed_policies: [SSM_CORE], tags: { a: '1', c: '3' } })
    expect(changed).toBe(true)
    expect(did).toEqual([
      'replace the trust policy of role node',
      `attach ${SSM_CORE} to role node`,
      `detach ${REMOTE_WRITE} from role node`,
      'untag role node',
      'tag role node',
    ])
    expect(diff.map(({ before, after }) => [jsonOf(before), jsonOf(after)])).toEqual([
      [
        expect.objectContaining({
          description: 'old',
          managed_policies: [REMOTE_WRITE],
          tags: { a: '1', b: '2' },
        }),
        expect.objectContaining({
          description: 'old',
          managed_policies: [SSM_CORE],
          tags: { a: '1', c: '3' },
        }),
      ],
    ])
    const [now] = cloud.inspect.roles()
    expect(now).toMatchObject({ description: 'old', tags: { a: '1', c: '3' } })
    expect([...now!.attached.keys()]).toEqual([SSM_CORE])
    expect([...now!.inline.keys()]).toEqual(['old'])
    expect((await role({ managed_policies: [SSM_CORE], tags: { a: '1', c: '3' } })).changed).toBe(false)
  })

  it('says whose it is when it makes one, and never of one that was there', async () => {
    const { iam } = clients(cloud)
    await iam.send(new CreateRoleCommand({ RoleName: 'node', AssumeRolePolicyDocument: TRUST }))
    await role({ owner: 'berlin', tags: { a: '1' } })
    await role({ name: 'own', owner: 'berlin', tags: { a: '1' } })
    await role({ name: 'own', owner: 'other', tags: {} })
    expect(cloud.inspect.roles().map(({ name, tags }) => [name, tags])).toEqual([
      ['node', { a: '1' }],
      ['own', { 'muster:managed': 'berlin' }],
    ])
  })

  it('leaves what is not listed when told not to purge', async () => {
    await role(FULL)
    const { changed } = await role({
      ...FULL,
      managed_policies: [SSM_CORE],
      inline_policies: {},
      tags: {},
      purge_policies: false,
      purge_tags: false,
    })
    expect(changed).toBe(false)
    const purged = await role({ ...FULL, managed_policies: [SSM_CORE], inline_policies: {}, tags: {} })
    expect(purged.did).toEqual([
      `detach ${REMOTE_WRITE} from role node`,
      'delete policy own from role node',
      'untag role node',
    ])
  })

  it('takes a policy as JSON text, and knows that another way of writing it is the same', async () => {
    const document = (Action: Plain) => ({
      Statement: [{ Effect: 'Allow', Principal: { Service: ['ssm.amazonaws.com'] }, Action }],
    })
    await role({ assume_role_policy_document: JSON.stringify(document('sts:AssumeRole')) })
    expect((await role({ assume_role_policy_document: document(['sts:AssumeRole']) })).changed).toBe(false)
    expect(
      (await role({ assume_role_policy_document: document(['sts:AssumeRole', 'sts:TagSession']) })).did,
    ).toEqual(['replace the trust policy of role node'])
  })

  it('says in check mode what it would do, and does nothing', async () => {
    const { changed, result, diff, did } = await role(FULL, { check: true })
    expect({ changed, result, did }).toEqual({
      changed: true,
      did: [],
      result: { role_name: 'node', path: '/hybrid/', role: 'hybrid/node' },
    })
    expect(diff).toEqual([expect.objectContaining({ header: 'role node', before: '' })])
    expect(writes()).toBe(0)
    await role(FULL)
    expect((await role({ ...FULL, state: 'absent' }, { check: true })).changed).toBe(true)
    expect((await role(FULL, { check: true })).changed).toBe(false)
  })

  it('removes a role with all its policies, once', async () => {
    await role(FULL)
    expect((await role({ state: 'absent' })).did.at(-1)).toBe('delete role node')
    expect(cloud.inspect.roles()).toEqual([])
    expect(await role({ state: 'absent' })).toMatchObject({ changed: false, failed: false })
  })

  it('says that a path cannot be changed, that a policy is none, that a secret is no tag', async () => {
    await role(FULL)
    expect(await role({ path: '/other/' })).toMatchObject({
      failed: true,
      msg: expect.stringContaining('has the path /hybrid/'),
    })
    expect(await role({ path: 'other' })).toMatchObject({
      failed: true,
      msg: expect.stringContaining('is not a path'),
    })
    expect(await role({ ...FULL, inline_policies: { x: '{' } })).toMatchObject({
      failed: true,
      msg: expect.stringMatching(/^inline policy x is not JSON/),
    })
    expect(await role({ ...FULL, managed_policies: ['NoSuchPolicy'] })).toMatchObject({
      failed: true,
      msg: 'cannot attach arn:aws:iam::aws:policy/NoSuchPolicy to role node: NoSuchEntity: Policy arn:aws:iam::aws:policy/NoSuchPolicy does not exist or is not attachable.',
      result: { aws_error_code: 'NoSuchEntity' },
    })
  })
})
