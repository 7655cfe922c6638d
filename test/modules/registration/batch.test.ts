import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createClients } from '../../../src/aws/create-clients.ts'
import { AwsFailure } from '../../../src/aws/errors.ts'
import type { Cloud } from '../../../src/emulator/cloud.ts'
import registration from '../../../src/modules/library/ssm_registration.ts'
import type { ModuleContext } from '../../../src/modules/module.ts'
import {
  lookAtRegistration,
  openRegistration,
  type RegistrationShared,
  type RegistrationShares,
  sharedOf,
} from '../../../src/modules/registration/batch.ts'
import { jsonOf } from '../../../src/values/json-value.ts'
import { clients as sdkClients } from '../../emulator/clients.ts'
import { makeRole } from '../../emulator/role.ts'
import { cloudWithNodes, nodeId } from '../../emulator/with-nodes.ts'
import { member } from './member.ts'

let cloud: Cloud
const journal: unknown[] = []

/** Nodes of the hosts a, b, c ... by their tags. */
async function start(count: number, tags: Record<string, string> = {}): Promise<void> {
  const now = Date.now()
  cloud = await cloudWithNodes(count, (number) => ({
    tags: { ...tags, 'muster:host': 'abc'[number] ?? String(number) },
    lastPing: now,
    onlineSince: now,
  }))
  await makeRole(sdkClients(cloud).iam, 'node')
  for (const [name, value] of Object.entries(cloud.environment())) vi.stubEnv(name, value)
}
beforeEach(() => {
  journal.length = 0
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await cloud.close()
})

const context = {
  id: 'r1',
  journal: async (entry: unknown) => void journal.push(entry),
  announce: () => undefined,
  aws: async (region: string) => createClients(region),
  signal: new AbortController().signal,
}

const shares = (of: RegistrationShares, host: string): RegistrationShared => sharedOf(of, host)!

describe('the activation of a batch', () => {
  it('carries whose it is, the run, and the tags that all newcomers want', async () => {
    await start(1)
    const opened = await openRegistration(
      [
        member('a', undefined, { site: 'fra', rack: '1' }),
        member('b', undefined, { site: 'fra', rack: '2' }),
        member('c', nodeId(0)),
      ],
      context,
    )
    expect(cloud.inspect.activations()).toMatchObject([{ limit: 2 }])
    expect(cloud.inspect.activations()[0]!.tags).toEqual({
      site: 'fra',
      'muster:managed': 'fleet',
      'muster:run': 'r1',
      'muster:controller': expect.any(String),
      'muster:hosts': 'a b',
    })
    await opened.close()
    expect(cloud.inspect.activations()).toEqual([])
  })

  it('is not made where the standard tier has no room, and nothing is journaled', async () => {
    await start(999)
    const newcomers = [member('a', undefined), member('b', undefined)]
    const refused = await openRegistration(newcomers, context)
    // Only those fail that wanted to register: who is registered goes on.
    expect(shares(refused.shared as RegistrationShares, 'a').activation).toMatchObject({
      message: '2 more nodes would make 1001 hybrid nodes in eu-central-1, and the standard tier allows 1000',
    })
    await refused.close()
    expect(cloud.counts()['ssm:CreateActivation']).toBeUndefined()
    expect(journal).toEqual([])
    const opened = await openRegistration(newcomers.slice(1), context)
    expect(cloud.inspect.activations()).toHaveLength(1)
    await opened.close()
  })
})

describe('hosts of a batch that want different things', () => {
  const shared = (opened: { shared: unknown }, host: string) =>
    shares(opened.shared as RegistrationShares, host)
  const idOf = (opened: { shared: unknown }, host: string) => {
    const { activation } = shared(opened, host)
    if (activation === undefined || activation instanceof AwsFailure) throw new Error(String(activation))
    return activation.id
  }

  it('get an activation a region, and one a role, a name and an owner in it; all are deleted and journaled', async () => {
    await start(1)
    await makeRole(sdkClients(cloud).iam, 'other')
    const opened = await openRegistration(
      [
        member('a', nodeId(0)),
        member('b', undefined),
        member('d', undefined, {}, { region: 'us-east-1' }),
        member('e', undefined, {}, { region: 'us-east-1' }),
        member('f', undefined, {}, { region: 'us-east-1', iam_role: 'other' }),
        member('g', undefined, {}, { region: 'us-east-1', instance_name: 'edge' }),
        member('h', undefined, {}, { region: 'us-east-1', owner: 'others' }),
        // Registered as a node that the region does not know.
        member('i', nodeId(0), {}, { region: 'us-east-1' }),
      ],
      context,
    )
    const made = cloud.inspect.activations()
    expect(
      made.map(({ region, role, limit, tags }) => [region, role, limit, tags['muster:managed']]).sort(),
    ).toEqual([
      ['eu-central-1', 'node', 1, 'fleet'],
      ['us-east-1', 'node', 1, 'fleet'],
      ['us-east-1', 'node', 1, 'others'],
      ['us-east-1', 'node', 2, 'fleet'],
      ['us-east-1', 'other', 1, 'fleet'],
    ])
    expect(shared(opened, 'a').activation).toBeUndefined()
    expect(shared(opened, 'i').nodes.size).toBe(0)
    expect(idOf(opened, 'd')).toBe(idOf(opened, 'e'))
    expect(new Set(['b', 'd', 'f', 'g', 'h'].map((host) => idOf(opened, host))).size).toBe(5)
    expect(made.find(({ id }) => id === idOf(opened, 'g'))).toMatchObject({ defaultInstanceName: 'edge' })
    await opened.close()
    expect(cloud.inspect.activations()).toEqual([])
    const events = (of: string) => journal.filter((entry) => (entry as { event: string }).event === of)
    for (const event of ['activation-intent', 'activation-created', 'activation-deleted'])
      expect(events(event)).toHaveLength(5)
  })

  it('a region that refuses is a matter of its hosts alone', async () => {
    await start(1)
    const only = { StringEquals: { 'aws:RequestedRegion': 'eu-central-1' } }
    const Statement = [
      { Effect: 'Allow', Action: 'ssm:*', Resource: '*', Condition: only },
      { Effect: 'Allow', Action: 'iam:PassRole', Resource: '*' },
    ]
    for (const [name, value] of Object.entries(cloud.userEnvironment('eu', [JSON.stringify({ Statement })])))
      vi.stubEnv(name, value)
    const members = [
      member('b', undefined),
      member('d', undefined, {}, { region: 'us-east-1' }),
      member('e', nodeId(0), {}, { region: 'us-east-1' }),
    ]
    const opened = await openRegistration(members, context)
    expect(cloud.inspect.activations()).toMatchObject([{ region: 'eu-central-1', limit: 1 }])
    expect(idOf(opened, 'b')).toBe(cloud.inspect.activations()[0]!.id)
    for (const host of ['d', 'e'])
      expect(() => shared(opened, host)).toThrow(/not authorized to perform: ssm:/)
    await opened.close()
    expect(cloud.inspect.activations()).toEqual([])
  })

  it('and are counted by region against the tier', async () => {
    await start(1000)
    const opened = await openRegistration(
      [member('b', undefined), member('d', undefined, {}, { region: 'us-east-1' })],
      context,
    )
    expect(shared(opened, 'b').activation).toBeInstanceOf(AwsFailure)
    expect(cloud.inspect.activations()).toMatchObject([{ region: 'us-east-1' }])
    await opened.close()
  })
})

describe('tags of nodes that are registered', () => {
  const converge = async (one: ReturnType<typeof member>, shared: RegistrationShares, check: boolean) => {
    const steps = registration.converge(one.params as never, one.answers, {
      host: one.host,
      variable: () => undefined,
      shared,
      check,
    } as unknown as ModuleContext)
    const did: string[] = []
    const diffs: unknown[] = []
    let next = await steps.next()
    while (next.done !== true) {
      const action = next.value
      did.push(action.says)
      if (action.kind === 'look' || action.kind === 'wait' || action.kind === 'reconnect')
        throw new Error('nothing to wait for')
      diffs.push(...(action.diff ?? []).map(({ before, after }) => [jsonOf(before), jsonOf(after)]))
      if (check) return { did, diffs }
      if (action.kind !== 'call') throw new Error(`a request to the host: ${action.says}`)
      const value = await action.call(context.signal)
      next = await steps.next({ rc: 0, value } as never)
    }
    return { did, diffs }
  }

  it('are shown and set without the host, once', async () => {
    await start(2, { site: 'ber', rack: '1' })
    const one = member('a', nodeId(0), { site: 'fra' })
    const look = async () =>
      (await lookAtRegistration([one, member('b', nodeId(1), { site: 'ber' })], context))!
    const seen = await look()
    expect([...shares(seen, 'a').lacking.keys()]).toEqual([nodeId(0)])
    const diffs = [
      [
        { 'muster:host': 'a', rack: '1', site: 'ber' },
        { 'muster:host': 'a', rack: '1', site: 'fra' },
      ],
    ]
    const told = { did: [`tag ${nodeId(0)} with site`], diffs }
    expect(await converge(one, seen, true)).toEqual(told)
    expect(cloud.counts()['ssm:AddTagsToResource']).toBeUndefined()
    expect(await converge(one, seen, false)).toEqual(told)
    expect(cloud.inspect.nodes().map(({ tags }) => tags['site'])).toEqual(['fra', 'ber'])
    expect(await converge(one, await look(), false)).toEqual({ did: [], diffs: [] })
  })

  it('are not taken from nodes that have more', async () => {
    await start(1, { site: 'fra', rack: '1' })
    const { lacking } = shares((await lookAtRegistration([member('a', nodeId(0))], context))!, 'a')
    expect(lacking.size).toBe(0)
    expect(cloud.counts()['ssm:ListTagsForResource']).toBeUndefined()
  })
})
