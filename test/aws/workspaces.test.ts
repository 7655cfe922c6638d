import { CreateWorkspaceCommand } from '@aws-sdk/client-amp'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AwsClients } from '../../src/aws/clients.ts'
import { createWorkspace, waitActive } from '../../src/aws/polling/make-workspace.ts'
import { instantQuery } from '../../src/aws/queries.ts'
import { deleteWorkspace, describeWorkspace, findWorkspaces } from '../../src/aws/workspaces.ts'
import { type Cloud, startCloud } from '../../src/emulator/cloud.ts'
import { administrator } from '../emulator/clients.ts'
import { encodeWrite, remoteWrite } from '../emulator/remote-write.ts'
import { clientsFor, fakeClock } from './support.ts'

let cloud: Cloud
let clients: AwsClients

beforeEach(async () => {
  cloud = await startCloud()
  clients = clientsFor(cloud)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await cloud.close()
})

describe('workspaces', () => {
  it('are found by their whole alias', async () => {
    const id = await createWorkspace(clients, { alias: 'fleet', tags: { a: 'b' } })
    await createWorkspace(clients, { alias: 'fleet-2', tags: {} })
    expect(await findWorkspaces(clients, 'fleet')).toEqual([
      {
        id,
        alias: 'fleet',
        arn: expect.stringContaining(id),
        status: 'ACTIVE',
        endpoint: `${cloud.url()}/workspaces/${id}/`,
        tags: { a: 'b' },
      },
    ])
    expect(await findWorkspaces(clients, 'flee')).toEqual([])
  })

  it('are made once however often the same is asked for', async () => {
    const ids = await Promise.all(
      [1, 2, 3].map(() => createWorkspace(clients, { alias: 'fleet', tags: { a: '1', b: '2' } })),
    )
    expect(new Set(ids).size).toBe(1)
    expect(await createWorkspace(clients, { alias: 'fleet', tags: { b: '2', a: '1' } })).toBe(ids[0])
    expect(await createWorkspace(clients, { alias: 'other', tags: {} })).not.toBe(ids[0])
  })

  it('are made although AWS still knows the token of one that was deleted', async () => {
    const real = await clients.amp()
    const tokens: (string | undefined)[] = []
    let dead = ''
    const send = async (command: { input: { clientToken?: string } }, ...rest: never[]) => {
      if (!(command instanceof CreateWorkspaceCommand)) return real.send(command as never, ...rest)
      tokens.push(command.input.clientToken)
      // As AWS would do within the life of a token.
      if (dead !== '' && tokens.length === 2) return { workspaceId: dead }
      return real.send(command, ...rest)
    }
    const amp = Object.assign(Object.create(real) as typeof real, { send })
    const again = { ...clients, amp: async () => amp }
    const first = await createWorkspace(again, { alias: 'fleet', tags: {} })
    await deleteWorkspace(clients, first)
    dead = first
    const second = await createWorkspace(again, { alias: 'fleet', tags: {} })
    expect(cloud.inspect.workspaces().map(({ id }) => id)).toEqual([second])
    expect(tokens).toEqual([tokens[0], tokens[0], expect.stringMatching(/^muster-/)])
    expect(tokens[2]).not.toBe(tokens[0])
  })

  it('are waited for', async () => {
    cloud.settings.workspaceDelay = 3600
    const id = await createWorkspace(clients, { alias: 'fleet', tags: {} })
    const amp = await clients.amp()
    const clock = fakeClock((now) => {
      if (now < 20_000) return
      cloud.settings.clockOffset = 3601
      amp.config.systemClockOffset = 3_601_000
    })
    expect((await waitActive(clients, id, { clock })).status).toBe('ACTIVE')
    expect(clock.slept.length).toBeGreaterThan(3)
  })

  it('fail when AWS fails to make them, are gone, or take too long', async () => {
    cloud.settings.workspaceFails = true
    const failed = await createWorkspace(clients, { alias: 'fleet', tags: {} })
    const clock = fakeClock()
    await expect(waitActive(clients, failed, { clock })).rejects.toMatchObject({
      message: `workspace ${failed} does not become ACTIVE: it is CREATION_FAILED`,
      hint: expect.stringContaining('delete it'),
    })
    await deleteWorkspace(clients, failed)
    expect(await describeWorkspace(clients, failed)).toBeNull()
    await expect(waitActive(clients, failed, { clock })).rejects.toThrow('it is not there')
    expect(clock.slept).toEqual([])
    cloud.settings.workspaceDelay = 3600
    const slow = await createWorkspace(clients, { alias: 'slow', tags: {} })
    await expect(waitActive(clients, slow, { clock })).rejects.toThrow('still CREATING after 5 minutes')
  })
})

describe('instantQuery', () => {
  let id: string
  let endpoint: string

  beforeEach(async () => {
    id = await createWorkspace(clients, { alias: 'fleet', tags: {} })
    endpoint = (await describeWorkspace(clients, id))!.endpoint!
    const sample = {
      labels: { __name__: 'up', instance: 'a "b" + c' },
      samples: [{ timestamp: Date.now(), value: Number.POSITIVE_INFINITY }],
    }
    await remoteWrite(cloud, id, administrator(cloud), encodeWrite([sample]))
  })

  it('asks with a signature and reads the answer', async () => {
    const points = [{ labels: { __name__: 'up', instance: 'a "b" + c' }, value: Number.POSITIVE_INFINITY }]
    expect(await instantQuery(clients, endpoint, 'up{instance="a \\"b\\" + c"}')).toEqual(points)
    expect(await instantQuery(clients, endpoint.slice(0, -1), 'up')).toEqual(points)
    expect(await instantQuery(clients, endpoint, 'down')).toEqual([])
  })

  it('tries again when AMP throttles, and tells when that does not end', async () => {
    cloud.settings.throttle['aps:QueryMetrics'] = { perSecond: 0, burst: 0 }
    const clock = fakeClock((now) => {
      if (now > 1000) cloud.settings.throttle = {}
    })
    expect((await instantQuery(clients, endpoint, 'up', { clock })).length).toBe(1)
    expect(clock.slept.length).toBeGreaterThan(0)
    cloud.settings.throttle['aps:QueryMetrics'] = { perSecond: 0, burst: 0 }
    await expect(instantQuery(clients, endpoint, 'up', { clock: fakeClock() })).rejects.toMatchObject({
      code: 'Throttling',
    })
  })

  it.each([
    ['a query that is none', 'up{', 'BadQuery', /parse error/],
    ['a workspace that is none', 'up', 'ResourceNotFound', /Workspace not found/],
  ])('tells of %s', async (_, query, code, message) => {
    const place = code === 'ResourceNotFound' ? `${cloud.url()}/workspaces/ws-none/` : endpoint
    const failure = await instantQuery(clients, place, query).catch((error: unknown) => error)
    expect(failure).toMatchObject({ name: 'AwsFailure', code, message: expect.stringMatching(message) })
  })

  it('tells of wrong credentials and of nobody there', async () => {
    const wrong = clientsFor(cloud, { AWS_SECRET_ACCESS_KEY: 'wrong' })
    await expect(instantQuery(wrong, endpoint, 'up')).rejects.toMatchObject({ code: 'InvalidSignature' })
    const gone = await startCloud()
    await gone.close()
    const clock = fakeClock()
    await expect(
      instantQuery(clients, `${gone.url()}/workspaces/ws-1/`, 'up', { clock }),
    ).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    expect(clock.slept.length).toBe(3)
  })
})
