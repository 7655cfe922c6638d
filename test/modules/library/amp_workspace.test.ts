import { CreateWorkspaceCommand } from '@aws-sdk/client-amp'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Cloud, startCloud } from '../../../src/emulator/cloud.ts'
import ampWorkspace from '../../../src/modules/library/amp_workspace.ts'
import { jsonOf } from '../../../src/values/json-value.ts'
import { clients } from '../../emulator/clients.ts'
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

const workspace = (args: Record<string, Plain> = {}, more = {}) =>
  run(ampWorkspace, { alias: 'fleet', ...args }, more)
const made = () => cloud.counts()['aps:CreateWorkspace'] ?? 0

describe('amp_workspace', () => {
  it('is refused by name in a region without AMP', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', '')
    expect(await workspace({ region: 'cn-north-1' })).toMatchObject({
      failed: true,
      msg: 'Amazon Managed Service for Prometheus is not offered in cn-north-1',
    })
  })

  it('makes one, and the second run changes nothing', async () => {
    const first = await workspace({ tags: { owner: 'ops' } })
    const [there] = cloud.inspect.workspaces()
    const endpoint = `${cloud.url()}/workspaces/${there!.id}/`
    expect(first).toMatchObject({ changed: true, failed: false, did: ['create workspace fleet'] })
    expect(jsonOf(new Map(Object.entries(first.result)))).toEqual({
      workspace_id: there!.id,
      arn: `arn:aws:aps:eu-central-1:123456789012:workspace/${there!.id}`,
      alias: 'fleet',
      status: 'ACTIVE',
      region: 'eu-central-1',
      tags: { 'muster:managed': 'muster', owner: 'ops' },
      prometheus_endpoint: endpoint,
      remote_write_url: `${endpoint}api/v1/remote_write`,
    })
    const second = await workspace({ tags: { owner: 'ops' } })
    expect(second).toMatchObject({ changed: false, did: [], result: first.result })
    expect(made()).toBe(1)
  })

  it('waits for one that is being made, in this run and in the next', async () => {
    cloud.settings.workspaceDelay = 1
    const first = await workspace()
    expect(first.did).toEqual(['create workspace fleet', 'wait until workspace fleet is ACTIVE'])
    expect(first.result['status']).toBe('ACTIVE')
    cloud.settings.workspaceDelay = 3600
    const left = await workspace({ alias: 'slow', wait: false })
    expect(left).toMatchObject({
      changed: true,
      did: ['create workspace slow'],
      result: { status: 'CREATING' },
    })
    const signal = AbortSignal.abort(new Error('waited'))
    await expect(workspace({ alias: 'slow' }, { signal })).rejects.toThrow('waited')
  })

  it('fails when AWS fails to make it', async () => {
    cloud.settings.workspaceFails = true
    expect(await workspace()).toMatchObject({
      failed: true,
      changed: true,
      msg: expect.stringContaining('CREATION_FAILED'),
    })
  })

  it('adopts one of the alias and sets its tags', async () => {
    const { amp } = clients(cloud)
    const { workspaceId } = await amp.send(
      new CreateWorkspaceCommand({ alias: 'fleet', tags: { a: '1', b: '2' } }),
    )
    const { did, diff, result } = await workspace({ tags: { b: '3' } })
    expect(did).toEqual(['change the tags of workspace fleet'])
    expect(diff.map(({ before, after }) => [jsonOf(before), jsonOf(after)])).toEqual([
      [expect.objectContaining({ tags: { a: '1', b: '2' } }), expect.objectContaining({ tags: { b: '3' } })],
    ])
    expect(result['workspace_id']).toBe(workspaceId)
    expect(cloud.inspect.workspaces()[0]!.tags).toEqual({ b: '3' })
    expect((await workspace({ tags: { c: '4' }, purge_tags: false })).changed).toBe(true)
    expect(cloud.inspect.workspaces()[0]!.tags).toEqual({ b: '3', c: '4' })
    expect((await workspace()).changed).toBe(false)
  })

  it('says whose it is when it makes one, and never of one that was there', async () => {
    const { amp } = clients(cloud)
    await amp.send(new CreateWorkspaceCommand({ alias: 'fleet', tags: { a: '1' } }))
    await workspace({ owner: 'berlin', tags: {} })
    await workspace({ alias: 'own', owner: 'berlin', tags: { a: '1' } })
    const tags = () => cloud.inspect.workspaces().map((each) => each.tags)
    expect(tags()).toEqual([{}, { 'muster:managed': 'berlin', a: '1' }])
    await workspace({ alias: 'own', owner: 'other', tags: {} })
    expect(tags()).toEqual([{}, { 'muster:managed': 'berlin' }])
  })

  it('tells several of one alias apart by tags, or fails', async () => {
    const { amp } = clients(cloud)
    for (const site of ['fra', 'ber'])
      await amp.send(new CreateWorkspaceCommand({ alias: 'fleet', tags: { site } }))
    const ids = cloud.inspect.workspaces().map(({ id }) => id)
    expect(await workspace({ tags: { site: 'ber' } })).toMatchObject({
      changed: false,
      result: { workspace_id: ids[1] },
    })
    expect(await workspace()).toMatchObject({
      failed: true,
      msg: `2 workspaces have the alias fleet: ${ids.join(', ')}`,
    })
  })

  it('says in check mode what it would do, and does nothing', async () => {
    const { changed, result, did } = await workspace({}, { check: true })
    expect({ changed, did }).toEqual({ changed: true, did: [] })
    expect(result).toMatchObject({
      workspace_id: 'known-after-apply',
      remote_write_url:
        'https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/known-after-apply/api/v1/remote_write',
    })
    expect(made()).toBe(0)
  })

  it('removes one, once', async () => {
    await workspace()
    expect((await workspace({ state: 'absent' })).changed).toBe(true)
    expect(cloud.inspect.workspaces()).toEqual([])
    expect((await workspace({ state: 'absent' })).changed).toBe(false)
  })

  it('tells what is wrong with AWS, and with the region', async () => {
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'wrong')
    expect(await workspace()).toMatchObject({
      failed: true,
      msg: expect.stringContaining('InvalidSignature'),
      result: { aws_error_code: 'InvalidSignature' },
    })
    expect(await workspace({ region: 'Frankfurt' })).toMatchObject({
      failed: true,
      msg: '"Frankfurt" is not an AWS region',
    })
  })
})
