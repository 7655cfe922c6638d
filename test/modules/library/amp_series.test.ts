import { CreateWorkspaceCommand } from '@aws-sdk/client-amp'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { instantQuery } from '../../../src/emulator/amp/promql.ts'
import { type Cloud, startCloud } from '../../../src/emulator/cloud.ts'
import { withLabels } from '../../../src/modules/aws/selector.ts'
import ampSeries from '../../../src/modules/library/amp_series.ts'
import { jsonOf } from '../../../src/values/json-value.ts'
import { administrator, clients } from '../../emulator/clients.ts'
import { encodeWrite, remoteWrite } from '../../emulator/remote-write.ts'
import type { Plain } from '../aws/plain.ts'
import { run } from '../aws/run.ts'

let cloud: Cloud
let workspace: string

beforeEach(async () => {
  cloud = await startCloud()
  for (const [name, value] of Object.entries(cloud.environment())) vi.stubEnv(name, value)
  workspace = (await clients(cloud).amp.send(new CreateWorkspaceCommand({}))).workspaceId!
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await cloud.close()
})

const write = (name: string, age: number, instance = 'web01') =>
  remoteWrite(
    cloud,
    workspace,
    administrator(cloud),
    encodeWrite([
      { labels: { __name__: name, instance }, samples: [{ timestamp: Date.now() - age * 1000, value: 1 }] },
    ]),
  )
const series = (args: Record<string, Plain>, more = {}) =>
  run(ampSeries, { workspace_id: workspace, labels: { instance: 'web01' }, timeout: 0, ...args }, more)
const queries = () => cloud.counts()['aps:QueryMetrics'] ?? 0

describe('amp_series', () => {
  it('asks once when all are fresh', async () => {
    await write('up', 10)
    await write('load1', 20)
    const { changed, failed, did, result } = await series({ series: ['up', 'load1'] })
    expect({ changed, failed, did }).toEqual({ changed: false, failed: false, did: ['wait for up, load1'] })
    expect(jsonOf(result['series']!)).toEqual([
      { series: 'up{instance="web01"}', age: expect.closeTo(10, -1), fresh: true },
      { series: 'load1{instance="web01"}', age: expect.closeTo(20, -1), fresh: true },
    ])
    expect(queries()).toBe(2)
  })

  it('fails with what is missing or old, and says since when', async () => {
    await write('up', 100)
    await write('down', 1, 'web02')
    const answer = await series({ series: ['up', 'down'], max_age: 60 })
    expect(answer).toMatchObject({ failed: true, changed: false })
    expect(answer.msg).toMatch(
      /^series do not arrive: up\{instance="web01"\} is 10\d s old; down\{instance="web01"\} has no sample of the last five minutes$/,
    )
    expect(jsonOf(answer.result['series']!)).toMatchObject([{ fresh: false }, { age: null, fresh: false }])
  })

  it('waits until they arrive', async () => {
    const answer = series({ series: ['up'], timeout: 60 })
    await vi.waitFor(() => expect(queries()).toBeGreaterThan(0), 10_000)
    await write('up', 0)
    expect(await answer).toMatchObject({
      failed: false,
      changed: false,
      did: ['wait for up'],
    })
  })

  it('never fails in check mode, and says when there is no workspace', async () => {
    await write('up', 0)
    const { failed, changed, did, result } = await series({ series: ['up'] }, { check: true })
    expect({ failed, changed, did }).toEqual({ failed: false, changed: false, did: [] })
    expect(jsonOf(result['series']!)).toEqual([{ series: 'up{instance="web01"}', age: null, fresh: false }])
    workspace = 'known-after-apply'
    expect(await series({ series: ['up'] })).toMatchObject({
      failed: true,
      msg: 'there is no workspace known-after-apply in the region',
    })
  })

  it('takes the endpoint in place of the id', async () => {
    await write('up', 0)
    const args = {
      series: ['up'],
      prometheus_endpoint: `${cloud.url()}/workspaces/${workspace}/`,
      timeout: 0,
    }
    expect(await run(ampSeries, args)).toMatchObject({ failed: false, changed: false })
    expect(cloud.counts()['aps:DescribeWorkspace']).toBeUndefined()
  })

  it('tells what AMP refuses', async () => {
    await write('up', 0)
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIANOBODY')
    expect(await series({ series: ['up'] })).toMatchObject({
      failed: true,
      result: { aws_error_code: 'UnrecognizedClient' },
    })
  })
})

describe('a selector with labels', () => {
  it.each([
    ['up', {}, 'up'],
    ['up', { a: 'b' }, 'up{a="b"}'],
    ['up{}', { a: 'b' }, 'up{a="b"}'],
    [' up{x="y",} ', { a: 'b', c: 'd' }, 'up{x="y",a="b",c="d"}'],
    ['{__name__=~"node_.*"}', { a: 'b' }, '{__name__=~"node_.*",a="b"}'],
  ])('%j and %j', (selector, labels, expected) => {
    expect(withLabels(selector, labels)).toBe(expected)
  })

  it.each([
    ['rate(up[5m])', {}],
    ['', {}],
    ['{}', {}],
    ['up or down', {}],
    ['up', { 'a-b': 'c' }],
  ])('refuses %j and %j', (selector, labels) => {
    expect(() => withLabels(selector, labels)).toThrow(/is not a/)
  })

  it('finds the series of just that label, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (value, other) => {
        fc.pre(value !== other)
        const sample = [{ timestamp: 1000, value: 1, stale: false }]
        const all = [value, other].map((instance) => ({
          labels: { __name__: 'up', instance },
          samples: sample,
        }))
        const found = instantQuery(withLabels('up', { instance: value }), all, 1000)
        expect(found.map(({ labels }) => labels['instance'])).toEqual([value])
      }),
    )
  })
})
