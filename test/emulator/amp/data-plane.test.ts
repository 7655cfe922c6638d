import { CreateWorkspaceCommand } from '@aws-sdk/client-amp'
import { PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { CreateActivationCommand } from '@aws-sdk/client-ssm'
import { compress, uncompress } from 'snappyjs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Cloud, startCloud } from '../../../src/emulator/cloud.ts'
import { Agent } from '../agent.ts'
import { administrator, type Credentials, clients } from '../clients.ts'
import { encodeWrite, remoteWrite, signedFetch, type Written } from '../remote-write.ts'
import { makeRole, SSM_CORE } from '../role.ts'

let cloud: Cloud
let workspace: string

beforeEach(async () => {
  cloud = await startCloud()
  workspace = (await clients(cloud).amp.send(new CreateWorkspaceCommand({}))).workspaceId!
})
afterEach(() => cloud.close())

const now = () => Math.floor(Date.now() / 1000) * 1000
const up = (instance: string, value: number, timestamp = now()): Written => ({
  labels: { __name__: 'up', instance, job: 'node' },
  samples: [{ timestamp, value }],
})

async function write(series: readonly Written[], credentials: Credentials = administrator(cloud)) {
  const answer = await remoteWrite(cloud, workspace, credentials, encodeWrite(series))
  const body = (await answer.json()) as { message?: string; Message?: string }
  return { status: answer.status, message: body.message ?? body.Message ?? '' }
}

interface Answered {
  readonly status: string
  readonly error?: string
  readonly data?: {
    readonly resultType: string
    readonly result: { metric: Record<string, string>; value: [number, string] }[]
  }
}

async function query(
  text: string,
  options: { time?: number; method?: 'GET' | 'POST' } = {},
): Promise<Answered> {
  const form = new URLSearchParams({
    query: text,
    ...(options.time === undefined ? {} : { time: String(options.time / 1000) }),
  })
  const url = `${cloud.url()}/workspaces/${workspace}/api/v1/query`
  const answer =
    options.method === 'POST'
      ? await signedFetch(url, administrator(cloud), {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: form.toString(),
        })
      : await signedFetch(`${url}?${form.toString().replaceAll('+', '%20')}`, administrator(cloud))
  return (await answer.json()) as Answered
}

const instances = async (selector: string) =>
  (await query(selector)).data!.result.map(({ metric }) => metric['instance']).sort()

describe('remote_write', () => {
  it('stores what it is sent', async () => {
    const time = now()
    expect(await write([up('a:9100', 1, time), up('b:9100', 0, time)])).toEqual({ status: 200, message: '' })
    expect(cloud.inspect.series(workspace)).toEqual([
      {
        labels: { __name__: 'up', instance: 'a:9100', job: 'node' },
        samples: [{ timestamp: time, value: 1, stale: false }],
      },
      {
        labels: { __name__: 'up', instance: 'b:9100', job: 'node' },
        samples: [{ timestamp: time, value: 0, stale: false }],
      },
    ])
    expect(cloud.counts()['aps:RemoteWrite']).toBe(1)
  })

  it('takes a retry, and samples a little out of order; refuses what is too late or contradicts', async () => {
    const time = now()
    expect(await write([up('a', 1, time)])).toMatchObject({ status: 200 })
    expect(await write([up('a', 1, time)])).toMatchObject({ status: 200 })
    expect(await write([up('a', 1, time - 30_000)])).toMatchObject({ status: 200 })
    expect(await write([up('a', 2, time)])).toMatchObject({
      status: 400,
      message: expect.stringContaining('duplicate'),
    })
    expect(await write([up('a', 1, time - 61_000)])).toMatchObject({
      status: 400,
      message: expect.stringContaining('out of order'),
    })
    expect(await write([up('b', 1, time - 3_601_000)])).toMatchObject({
      status: 400,
      message: expect.stringContaining('too old'),
    })
    expect(cloud.inspect.series(workspace)[0]!.samples.map(({ timestamp }) => timestamp)).toEqual([
      time - 30_000,
      time,
    ])
  })

  it('refuses a body that is no write request, and too many labels', async () => {
    const answer = await remoteWrite(cloud, workspace, administrator(cloud), Buffer.from('not snappy'))
    expect(answer.status).toBe(400)
    const labels = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`l${index}`, 'x']))
    expect(await write([{ labels: { __name__: 'm', ...labels }, samples: [] }])).toMatchObject({
      status: 400,
      message: expect.stringContaining('151 labels'),
    })
    expect(await write([{ labels: { job: 'x' }, samples: [] }])).toMatchObject({
      status: 400,
      message: expect.stringContaining('no metric name'),
    })
  })

  it('does not know another workspace, and none that is not ACTIVE', async () => {
    workspace = 'ws-none'
    expect(await write([up('a', 1)])).toEqual({ status: 404, message: 'Workspace not found' })
    cloud.settings.workspaceDelay = 3600
    workspace = (await clients(cloud).amp.send(new CreateWorkspaceCommand({}))).workspaceId!
    expect(await write([up('a', 1)])).toEqual({ status: 404, message: 'Workspace not found' })
  })

  it('lets a node write if its role may, until its token expires', async () => {
    const { ssm, iam } = clients(cloud)
    await makeRole(iam, 'node', [SSM_CORE])
    const agent = new Agent(cloud)
    await agent.register(await ssm.send(new CreateActivationCommand({ IamRole: 'node' })))
    const token = await agent.token()
    expect(await write([up('a', 1)], token)).toMatchObject({
      status: 403,
      message: expect.stringContaining('not authorized to perform: aps:RemoteWrite'),
    })
    const statement = {
      Effect: 'Allow',
      Action: 'aps:RemoteWrite',
      Resource: `arn:aws:aps:eu-central-1:123456789012:workspace/${workspace}`,
    }
    await iam.send(
      new PutRolePolicyCommand({
        RoleName: 'node',
        PolicyName: 'write',
        PolicyDocument: JSON.stringify({ Statement: statement }),
      }),
    )
    cloud.settings.iamDelay = 3600
    expect(await write([up('a', 1)], token)).toMatchObject({ status: 403 })
    cloud.settings.iamDelay = 0
    expect(await write([up('a', 1)], token)).toMatchObject({ status: 200 })
    cloud.settings.tokenLifetime = 0
    expect(await write([up('a', 1)], await agent.token())).toEqual({
      status: 403,
      message: 'The security token included in the request is expired',
    })
  })

  it('answers 429 beyond the rate', async () => {
    cloud.settings.throttle['aps:RemoteWrite'] = { perSecond: 0, burst: 1 }
    expect(await write([up('a', 1)])).toMatchObject({ status: 200 })
    expect(await write([up('a', 1)])).toMatchObject({ status: 429 })
  })

  it('is not moved by a header of another tenant system', async () => {
    const { status } = await fetch(`${cloud.url()}/workspaces/${workspace}/api/v1/remote_write`, {
      method: 'POST',
      headers: { 'x-scope-orgid': '1' },
    })
    expect(status).toBe(403)
  })
})

describe('query', () => {
  beforeEach(async () => {
    await write([
      up('a:9100', 1),
      up('b:9100', 0),
      { ...up('c:9100', 1), labels: { ...up('c:9100', 1).labels, job: 'x,y"z' } },
    ])
  })

  it.each([
    ['up', ['a:9100', 'b:9100', 'c:9100']],
    ['{__name__="up"}', ['a:9100', 'b:9100', 'c:9100']],
    ['up{instance="a:9100"}', ['a:9100']],
    ["up { instance = 'a:9100' , }", ['a:9100']],
    ['up{instance!="a:9100"}', ['b:9100', 'c:9100']],
    ['up{instance=~"[ab]:.*"}', ['a:9100', 'b:9100']],
    ['up{instance=~"a"}', []],
    ['up{instance!~"a.*|b.*"}', ['c:9100']],
    ['up{job="x,y\\"z"}', ['c:9100']],
    ['up{missing=""}', ['a:9100', 'b:9100', 'c:9100']],
    ['up{instance="a:9100",job="other"}', []],
    ['down', []],
  ])('%s', async (selector, expected) => {
    expect(await instances(selector)).toEqual(expected)
  })

  it('answers by POST too, with value and time as Prometheus writes them', async () => {
    const time = now()
    const { status, data } = await query('up{instance="a:9100"}', { time, method: 'POST' })
    expect(status).toBe('success')
    expect(data).toEqual({
      resultType: 'vector',
      result: [{ metric: { __name__: 'up', instance: 'a:9100', job: 'node' }, value: [time / 1000, '1'] }],
    })
  })

  it('counts, and tells when the newest sample was taken', async () => {
    const time = now() + 10_000
    const value = async (text: string) => Number((await query(text, { time })).data!.result[0]?.value[1])
    expect(await value('count(up)')).toBe(3)
    expect(await value('sum(up)')).toBe(2)
    expect(await value('max(up)')).toBe(1)
    expect(await value('min(up)')).toBe(0)
    const sampled = cloud.inspect.series(workspace)[0]!.samples[0]!.timestamp / 1000
    expect(await value('max(timestamp(up{instance="a:9100"}))')).toBe(sampled)
    expect((await query('max(nothing)')).data!.result).toEqual([])
    const { result } = (await query('count by (job, none) (up)', { time })).data!
    const jobs = cloud.inspect.series(workspace).flatMap(({ labels }) => labels['job'] ?? [])
    expect(result.map(({ metric, value }) => [metric, value[1]])).toEqual(
      [...Map.groupBy(jobs, (job) => job)].map(([job, all]) => [{ job }, String(all.length)]),
    )
  })

  it('looks back five minutes and no further, and not beyond the end of a series', async () => {
    const time = now()
    expect((await query('up', { time: time + 290_000 })).data!.result.length).toBe(3)
    expect((await query('up', { time: time + 301_000 })).data!.result.length).toBe(0)
    expect((await query('up', { time: time - 10_000 })).data!.result.length).toBe(0)
    // The staleness marker, bit for bit: a NaN in a double would not do.
    const body = encodeWrite([{ ...up('a:9100', 2.5, time + 1000) }])
    const plain = Buffer.from(uncompress(body))
    const double = Buffer.alloc(8)
    double.writeDoubleLE(2.5)
    const at = plain.indexOf(double)
    expect(at).toBeGreaterThan(0)
    Buffer.from([2, 0, 0, 0, 0, 0, 0xf0, 0x7f]).copy(plain, at)
    expect((await remoteWrite(cloud, workspace, administrator(cloud), compress(plain))).status).toBe(200)
    const left = (await query('up', { time: time + 2000 })).data!.result.map(
      ({ metric }) => metric['instance'],
    )
    expect(left.sort()).toEqual(['b:9100', 'c:9100'])
  })

  it.each(['', 'up{', 'up{job=}', '{}', 'rate(up[5m])', 'up{job=~"("}', '1 + 1'])(
    'refuses %j',
    async (text) => {
      expect(await query(text)).toMatchObject({ status: 'error', errorType: 'bad_data' })
    },
  )
})
