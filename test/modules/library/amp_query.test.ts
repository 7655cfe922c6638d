import { CreateWorkspaceCommand } from '@aws-sdk/client-amp'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Cloud, startCloud } from '../../../src/emulator/cloud.ts'
import ampQuery from '../../../src/modules/library/amp_query.ts'
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

const write = (host: string, value: number) =>
  remoteWrite(
    cloud,
    workspace,
    administrator(cloud),
    encodeWrite([{ labels: { __name__: 'errors', host }, samples: [{ timestamp: Date.now(), value }] }]),
  )
const query = (args: Record<string, Plain>, more = {}) =>
  run(ampQuery, { workspace_id: workspace, query: 'errors', ...args }, more)
const queries = () => cloud.counts()['aps:QueryMetrics'] ?? 0

describe('amp_query', () => {
  it('answers the series, whatever they are worth without bounds', async () => {
    await write('a', 3)
    const { failed, changed, did, result } = await query({})
    expect({ failed, changed, did }).toEqual({ failed: false, changed: false, did: ['ask for errors'] })
    expect(jsonOf(result['series']!)).toEqual([{ labels: { __name__: 'errors', host: 'a' }, value: 3 }])
  })

  it.each<[Record<string, Plain>, boolean]>([
    [{ above: 1 }, true],
    [{ above: 2 }, false],
    [{ at_least: 2 }, true],
    [{ at_least: 2.5 }, false],
    [{ below: 4 }, true],
    [{ below: 3 }, false],
    [{ at_most: 3 }, true],
    [{ at_most: 2 }, false],
    [{ above: 1, below: 3 }, false],
  ])('of 2 and 3 holds %j to be %s', async (bounds, well) => {
    await write('a', 2)
    await write('b', 3)
    expect((await query(bounds)).failed).toBe(!well)
  })

  it('says which series are out of bounds', async () => {
    await write('a', 2)
    await write('b', 3)
    expect((await query({ below: 3 })).msg).toBe('errors: {__name__="errors", host="b"} 3 is not below 3')
    await write('c', Number.NaN)
    expect((await query({ at_least: 0 })).msg).toContain('NaN is less than 0')
  })

  it('takes no answer for a failure, unless it is well', async () => {
    expect((await query({ below: 1 })).msg).toBe('errors: no series is answered')
    expect((await query({ below: 1, empty_ok: true })).failed).toBe(false)
  })

  it('waits until it is well', async () => {
    const answer = query({ below: 1, timeout: 60 })
    await vi.waitFor(() => expect(queries()).toBeGreaterThan(0), 10_000)
    await write('a', 0)
    expect(await answer).toMatchObject({ failed: false })
    expect(queries()).toBeGreaterThan(1)
  })

  it('never fails in check mode, and names a workspace that is not there', async () => {
    await write('a', 3)
    expect((await query({ below: 1 }, { check: true })).failed).toBe(false)
    workspace = 'ws-none'
    expect((await query({})).msg).toContain('there is no workspace ws-none in')
  })

  it('takes the endpoint in place of the id', async () => {
    await write('a', 3)
    const args = { query: 'errors', prometheus_endpoint: `${cloud.url()}/workspaces/${workspace}/`, below: 4 }
    expect((await run(ampQuery, args)).failed).toBe(false)
    expect(cloud.counts()['aps:DescribeWorkspace']).toBeUndefined()
  })

  it('tells what the workspace says of a query that is none', async () => {
    expect((await query({ query: 'errors{' })).msg).toContain('errors{')
  })
})
