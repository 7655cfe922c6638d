import { CreateActivationCommand } from '@aws-sdk/client-ssm'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createClients } from '../../../src/aws/create-clients.ts'
import { type Cloud, startCloud } from '../../../src/emulator/cloud.ts'
import registration from '../../../src/modules/library/ssm_registration.ts'
import type { Action, ModuleContext } from '../../../src/modules/module.ts'
import { openRegistration } from '../../../src/modules/registration/batch.ts'
import { Secret } from '../../../src/values/secret.ts'
import { Agent } from '../../emulator/agent.ts'
import { clients as sdkClients } from '../../emulator/clients.ts'
import { heartbeat } from '../../emulator/heartbeat.ts'
import { makeRole } from '../../emulator/role.ts'
import { member } from './member.ts'

// An activation that somebody else made (activation_id, activation_code), with more rights and fewer (prove).

let cloud: Cloud
let given: { id: string; code: string }
beforeEach(async () => {
  cloud = await startCloud()
  const { ssm, iam } = sdkClients(cloud)
  await makeRole(iam, 'theirs')
  const made = await ssm.send(new CreateActivationCommand({ IamRole: 'theirs', RegistrationLimit: 5 }))
  given = { id: made.ActivationId!, code: made.ActivationCode! }
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await cloud.close()
})

/** Does the task on a host whose agent registers with what the script gives it. */
async function converge(agent: Agent, more: { prove?: boolean } = {}, policies?: readonly object[]) {
  const environment =
    policies === undefined
      ? cloud.environment()
      : cloud.userEnvironment('limited', [JSON.stringify({ Statement: policies })])
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  const one = member('web01', undefined)
  const params = {
    ...one.params,
    activation_id: given.id,
    activation_code: new Secret(given.code),
    wait: 1,
    prove: true,
    ...more,
  }
  const context = {
    id: 'r1',
    journal: async () => undefined,
    announce: () => undefined,
    aws: async (region: string) => createClients(region),
    signal: new AbortController().signal,
  }
  const opened = await openRegistration([{ ...one, params } as never], context)
  const did: string[] = []
  const steps = registration.converge(params as never, one.answers, {
    host: 'web01',
    variable: () => undefined,
    shared: opened.shared,
    check: false,
  } as unknown as ModuleContext)
  try {
    let next = await steps.next()
    while (next.done !== true) {
      const action: Action = next.value
      did.push(action.says)
      if (action.kind === 'run') {
        expect(action.script.reveal()).toContain(given.code)
        expect(String(action.script)).not.toContain(given.code)
        await agent.register({ ActivationId: given.id, ActivationCode: given.code })
        await heartbeat(agent)
        const stdout = Buffer.from(`Successfully registered ... Managed instance-id: ${agent.id}\n`)
        next = await steps.next({ rc: 0, stdout, stderr: Buffer.alloc(0) } as never)
      } else if (action.kind === 'call' || action.kind === 'wait') {
        next = await steps.next({ rc: 0, value: await action.call(context.signal) } as never)
      } else throw new Error(action.kind)
    }
    return { did, result: next.value.result }
  } finally {
    await opened.close()
  }
}

const allow = (...Action: string[]) => ({ Effect: 'Allow', Action, Resource: '*' })

describe('an activation that is given', () => {
  it('is used, and none is made or deleted; the node is proved and tagged', async () => {
    const agent = new Agent(cloud)
    const { result } = await converge(agent, {}, [
      allow('ssm:DescribeInstanceInformation', 'ssm:ListTagsForResource', 'ssm:AddTagsToResource'),
    ])
    expect(result).toMatchObject({ instance_id: agent.id, ping_status: 'Online' })
    expect(cloud.inspect.nodes()).toMatchObject([{ tags: { 'muster:host': 'web01' } }])
    expect(cloud.inspect.activations()).toMatchObject([{ id: given.id, registrations: 1 }])
    expect(cloud.counts()['ssm:CreateActivation']).toBe(1)
  })

  it('with no rights at all is enough for prove: false, which asks AWS nothing', async () => {
    const agent = new Agent(cloud)
    const { result, did } = await converge(agent, { prove: false }, [])
    expect(result).toEqual({ instance_id: agent.id, region: 'eu-central-1', agent_started: true })
    expect(did).toEqual(['register with Systems Manager'])
    expect(cloud.requests().filter(({ principal }) => principal === 'limited')).toEqual([])
  })

  it.each([
    ['ssm:DescribeInstanceInformation', ['ssm:ListTagsForResource', 'ssm:AddTagsToResource']],
    ['ssm:ListTagsForResource', ['ssm:DescribeInstanceInformation', 'ssm:AddTagsToResource']],
    ['ssm:AddTagsToResource', ['ssm:DescribeInstanceInformation', 'ssm:ListTagsForResource']],
  ])('without %s that is what is told', async (missing, rights) => {
    await expect(converge(new Agent(cloud), {}, [allow(...rights)])).rejects.toMatchObject({
      hint: expect.stringContaining(`these credentials need ${missing}`),
    })
  })

  it("proves nothing of a node that was somebody's before", async () => {
    const other = new Agent(cloud)
    await other.register({ ActivationId: given.id, ActivationCode: given.code })
    await heartbeat(other, { ComputerName: 'another' })
    const [node] = cloud.inspect.nodes()
    Object.assign(node!, { registered: Date.now() - 3_600_000 })
    // The host says that it became that one.
    const liar = Object.assign(new Agent(cloud), { register: async () => undefined, id: other.id })
    Object.assign(liar, { privateKey: other.privateKey, fingerprint: other.fingerprint })
    await expect(converge(liar as Agent)).rejects.toThrow('says that it is the node')
    expect(cloud.inspect.nodes()[0]!.tags).toEqual({})
  })
})
