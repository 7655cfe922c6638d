import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createActivation } from '../../src/aws/activations.ts'
import type { AwsClients } from '../../src/aws/clients.ts'
import { countHybridNodes, deregisterNode, describeNodes } from '../../src/aws/nodes.ts'
import { waitOnline } from '../../src/aws/polling/wait-online.ts'
import { type Cloud, startCloud } from '../../src/emulator/cloud.ts'
import { Agent } from '../emulator/agent.ts'
import { clients as sdkClients } from '../emulator/clients.ts'
import { heartbeat } from '../emulator/heartbeat.ts'
import { makeRole } from '../emulator/role.ts'
import { clientsFor, fakeClock } from './support.ts'

let cloud: Cloud
let clients: AwsClients

beforeEach(async () => {
  cloud = await startCloud()
  clients = clientsFor(cloud)
  await makeRole(sdkClients(cloud).iam, 'node')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await cloud.close()
})

async function agents(count: number): Promise<Agent[]> {
  const { id, code } = await createActivation(clients, {
    role: 'node',
    limit: count,
    expires: new Date(Date.now() + 600_000),
    tags: {},
  })
  const made = Array.from({ length: count }, () => new Agent(cloud))
  for (const agent of made) await agent.register({ ActivationId: id, ActivationCode: code.revealText() })
  return made
}

const polls = () => cloud.counts()['ssm:DescribeInstanceInformation'] ?? 0
const UNKNOWN = 'mi-00000000000000000'

describe('describeNodes', () => {
  it('finds what is there and leaves out the rest, whatever ids hosts give', async () => {
    const [a] = await agents(1)
    await heartbeat(a!, { ComputerName: 'web01' })
    const found = await describeNodes(clients, [a!.id, a!.id, UNKNOWN, 'not an id', ''])
    expect([...found.keys()]).toEqual([a!.id])
    expect(found.get(a!.id)).toMatchObject({
      pingStatus: 'Online',
      computerName: 'web01',
      role: 'node',
      lastPing: expect.any(Date),
    })
  })

  it('asks once for 50 ids, and not at all for none', async () => {
    const ids = Array.from({ length: 120 }, (_, index) => `mi-${String(index).padStart(17, '0')}`)
    expect((await describeNodes(clients, ids)).size).toBe(0)
    expect(polls()).toBe(3)
    await describeNodes(clients, [])
    expect(polls()).toBe(3)
  })
})

describe('countHybridNodes and deregisterNode', () => {
  it('count and take away', async () => {
    const [a, b] = await agents(2)
    expect(await countHybridNodes(clients)).toBe(2)
    expect(await deregisterNode(clients, a!.id)).toBe(true)
    expect(await deregisterNode(clients, a!.id)).toBe(false)
    expect(await countHybridNodes(clients)).toBe(1)
    expect(cloud.inspect.nodes().map(({ id }) => id)).toEqual([b!.id])
  })
})

describe('waitOnline', () => {
  it('answers at once for nodes that are', async () => {
    const made = await agents(2)
    for (const agent of made) await heartbeat(agent)
    const clock = fakeClock()
    const { online, missing } = await waitOnline(
      clients,
      made.map(({ id }) => id),
      { patience: 60_000, clock },
    )
    expect([...online.keys()].sort()).toEqual(made.map(({ id }) => id).sort())
    expect(missing.size).toBe(0)
    expect(polls()).toBe(1)
  })

  it('polls until they are, ever less often', async () => {
    const [agent] = await agents(1)
    await heartbeat(agent!)
    cloud.settings.describeDelay = 3600
    const clock = fakeClock((now) => {
      if (now > 40_000) cloud.settings.describeDelay = 0
    })
    const { online } = await waitOnline(clients, [agent!.id], { patience: 120_000, clock })
    expect(online.get(agent!.id)?.pingStatus).toBe('Online')
    expect(clock.slept.at(0)).toBeLessThanOrEqual(1000)
    expect(Math.max(...clock.slept)).toBeGreaterThan(4000)
    expect(polls()).toBe(clock.slept.length + 1)
  })

  it('says what it saw last of those that are not in time', async () => {
    const [silent] = await agents(1)
    const clock = fakeClock()
    const { online, missing } = await waitOnline(clients, [silent!.id, UNKNOWN], { patience: 60_000, clock })
    expect(online.size).toBe(0)
    expect(missing.get(silent!.id)?.pingStatus).toBe('ConnectionLost')
    expect(missing.has(UNKNOWN)).toBe(true)
    expect(missing.get(UNKNOWN)).toBeUndefined()
    expect(clock.now()).toBe(60_000)
  })

  it('shares its calls among all who wait', async () => {
    const ids = Array.from({ length: 40 }, (_, index) => `mi-${String(index).padStart(17, '0')}`)
    const clock = fakeClock()
    await Promise.all(ids.map((id) => waitOnline(clients, [id], { patience: 5000, clock })))
    expect(polls()).toBe(clock.slept.length + 1)
  })

  it('waits out throttling', async () => {
    vi.stubEnv('AWS_MAX_ATTEMPTS', '1')
    clients = clientsFor(cloud)
    const [agent] = await agents(1)
    await heartbeat(agent!)
    cloud.settings.throttle['ssm:DescribeInstanceInformation'] = { perSecond: 0, burst: 0 }
    const clock = fakeClock((now) => {
      if (now > 5000) cloud.settings.throttle = {}
    })
    const { online } = await waitOnline(clients, [agent!.id], { patience: 60_000, clock })
    expect(online.size).toBe(1)
  })

  it('fails at once where asking will not help, and for everyone', async () => {
    const denied = clientsFor(cloud, { AWS_SECRET_ACCESS_KEY: 'wrong' })
    const clock = fakeClock()
    const waits = ['mi-00000000000000001', 'mi-00000000000000002'].map((id) =>
      waitOnline(denied, [id], { patience: 60_000, clock }),
    )
    for (const wait of waits) await expect(wait).rejects.toMatchObject({ code: 'InvalidSignature' })
    expect(clock.slept).toEqual([])
  })

  it('lets one leave and the others wait on', async () => {
    const [agent] = await agents(1)
    const controller = new AbortController()
    const clock = fakeClock((now) => {
      if (now > 3000) controller.abort(new Error('stopped'))
    })
    const stopped = waitOnline(clients, [UNKNOWN], { patience: 60_000, clock, signal: controller.signal })
    const other = waitOnline(clients, [agent!.id], { patience: 20_000, clock })
    await expect(stopped).rejects.toThrow('stopped')
    expect((await other).missing.has(agent!.id)).toBe(true)
  })
})
