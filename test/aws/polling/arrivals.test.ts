import { CreateWorkspaceCommand } from '@aws-sdk/client-amp'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AwsClients } from '../../../src/aws/clients.ts'
import { newestSamples, waitForSamples } from '../../../src/aws/polling/arrivals.ts'
import { withMatchers } from '../../../src/aws/selector.ts'
import { workspaceEndpoint } from '../../../src/aws/workspaces.ts'
import { instantQuery } from '../../../src/emulator/amp/promql.ts'
import { type Cloud, startCloud } from '../../../src/emulator/cloud.ts'
import { administrator, clients as sdkClients } from '../../emulator/clients.ts'
import { encodeWrite, remoteWrite } from '../../emulator/remote-write.ts'
import { clientsFor, fakeClock } from '../support.ts'

let cloud: Cloud
let clients: AwsClients
let workspace: string
let endpoint: string

beforeEach(async () => {
  cloud = await startCloud()
  clients = clientsFor(cloud)
  workspace = (await sdkClients(cloud).amp.send(new CreateWorkspaceCommand({}))).workspaceId!
  endpoint = (await workspaceEndpoint(clients, workspace))!
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await cloud.close()
})

const write = (name: string, labels: Record<string, string>, age = 0) =>
  remoteWrite(
    cloud,
    workspace,
    administrator(cloud),
    encodeWrite([
      { labels: { __name__: name, ...labels }, samples: [{ timestamp: Date.now() - age * 1000, value: 1 }] },
    ]),
  )
const queries = () => cloud.counts()['aps:QueryMetrics'] ?? 0

describe('newestSamples', () => {
  it('tells hosts apart in one query, the newest of each', async () => {
    await write('up', { host: 'a', instance_id: 'mi-1', job: 'node' }, 60)
    await write('up', { host: 'a', instance_id: 'mi-1', job: 'prometheus' }, 10)
    await write('up', { host: 'b' }, 30)
    await write('down', { host: 'c' })
    const found = await newestSamples(clients, endpoint, 'up', ['host', 'instance_id'])
    expect(found).toEqual([
      { labels: { host: 'a', instance_id: 'mi-1' }, age: expect.closeTo(10, -1) },
      { labels: { host: 'b', instance_id: '' }, age: expect.closeTo(30, -1) },
    ])
    expect(queries()).toBe(1)
  })
})

describe('waitForSamples', () => {
  const expecting = (host: string, selector = 'up', maxAge = 120) => ({ selector, labels: { host }, maxAge })

  it('asks once for each name, whoever waits', async () => {
    const hosts = Array.from({ length: 40 }, (_, number) => `web${number}.example.com`)
    for (const host of hosts) await write('up', { host })
    await write('load', { host: hosts[0]! }, 200)
    const answers = await Promise.all(
      hosts.map((host) =>
        waitForSamples(clients, endpoint, [expecting(host), expecting(host, 'load')], {
          patience: 0,
          clock: fakeClock(),
        }),
      ),
    )
    expect(queries()).toBe(2)
    expect(answers.every(([up]) => up!.good)).toBe(true)
    expect(answers[0]![1]).toEqual({ good: false, answer: expect.closeTo(200, -1) })
    expect(answers[1]![1]).toEqual({ good: false, answer: undefined })
  })

  it('takes no series of another host for its own, though labels of both are asked for together', async () => {
    await write('up', { host: 'a', instance_id: 'mi-2' })
    const expected = [
      { selector: 'up', labels: { host: 'a', instance_id: 'mi-1' }, maxAge: 60 },
      { selector: 'up', labels: { host: 'b', instance_id: 'mi-2' }, maxAge: 60 },
    ]
    const answers = await waitForSamples(clients, endpoint, expected, { patience: 0 })
    expect(answers.map(({ good }) => good)).toEqual([false, false])
  })

  it('goes on until they come, or until the patience is over', async () => {
    const clock = fakeClock()
    const late = await waitForSamples(clients, endpoint, [expecting('a')], { patience: 30_000, clock })
    expect(late).toEqual([{ good: false, answer: undefined }])
    expect(clock.now()).toBe(30_000)
    const before = queries()
    let coming: Promise<unknown> | undefined
    const answers = waitForSamples(clients, endpoint, [expecting('a')], {
      patience: 600_000,
      clock: {
        ...fakeClock(),
        // As long as the sample takes to be written.
        sleep: async () => {
          coming ??= write('up', { host: 'a' })
          await coming
        },
      },
    })
    expect((await answers)[0]!.good).toBe(true)
    expect(queries()).toBe(before + 2)
  })
})

describe('workspaceEndpoint', () => {
  it('is asked for once, but again while there is none', async () => {
    const described = () => cloud.counts()['aps:DescribeWorkspace'] ?? 0
    expect(described()).toBe(1)
    await Promise.all([1, 2, 3].map(() => workspaceEndpoint(clients, workspace)))
    expect(described()).toBe(1)
    expect(await workspaceEndpoint(clients, 'ws-00000000-0000-0000-0000-000000000000')).toBeNull()
    expect(await workspaceEndpoint(clients, 'ws-00000000-0000-0000-0000-000000000000')).toBeNull()
    expect(described()).toBe(3)
  })
})

describe('withMatchers', () => {
  it('finds just the values named, whatever is in them', () => {
    const text = fc.string({ unit: 'binary' })
    fc.assert(
      fc.property(fc.uniqueArray(text, { minLength: 3, maxLength: 6 }), ([other, ...wanted]) => {
        const series = [other!, ...wanted].map((instance) => ({
          labels: { __name__: 'up', instance },
          samples: [{ timestamp: 1000, value: 1, stale: false }],
        }))
        const found = instantQuery(withMatchers('up', { instance: wanted }), series, 1000)
        expect(found.map(({ labels }) => labels['instance'])).toEqual(wanted)
      }),
    )
  })
})
