import { CreateWorkspaceCommand } from '@aws-sdk/client-amp'
import { CreateRoleCommand, PutRolePolicyCommand, TagRoleCommand } from '@aws-sdk/client-iam'
import { CreateActivationCommand } from '@aws-sdk/client-ssm'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AwsClients } from '../../src/aws/clients.ts'
import { type Cloud, startCloud } from '../../src/emulator/cloud.ts'
import { accountTable, removalLine } from '../../src/report/account.ts'
import { countThings, findInAccount } from '../../src/teardown/find.ts'
import { type Removal, removeFromAccount } from '../../src/teardown/remove.ts'
import { clientsFor } from '../aws/support.ts'
import { Agent } from '../emulator/agent.ts'
import { clients as sdkClients } from '../emulator/clients.ts'
import { makeRole, TRUST } from '../emulator/role.ts'
import { cloudWithNodes, nodeId } from '../emulator/with-nodes.ts'

let cloud: Cloud
let clients: AwsClients
let sdk: ReturnType<typeof sdkClients>

async function start(there?: Cloud): Promise<void> {
  cloud = there ?? (await startCloud())
  clients = clientsFor(cloud)
  sdk = sdkClients(cloud)
}
afterEach(async () => {
  vi.unstubAllEnvs()
  await cloud.close()
})

const ours = { 'muster:managed': 'muster' }
const tagList = (tags: Record<string, string>) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))

const makeActivation = (IamRole: string, tags: Record<string, string> = {}) =>
  sdk.ssm.send(new CreateActivationCommand({ IamRole, RegistrationLimit: 5, Tags: tagList(tags) }))
async function register(activation: Awaited<ReturnType<typeof makeActivation>>): Promise<Agent> {
  const agent = new Agent(cloud)
  await agent.register(activation)
  return agent
}
const makeWorkspace = (alias: string, tags: Record<string, string> = {}) =>
  sdk.amp.send(new CreateWorkspaceCommand({ alias, tags }))
async function makeOwnRole(name: string): Promise<void> {
  await makeRole(sdk.iam, name)
  await sdk.iam.send(new TagRoleCommand({ RoleName: name, Tags: tagList(ours) }))
  const PolicyDocument = '{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}'
  await sdk.iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: 'own', PolicyDocument }))
}

async function remove(owner = 'muster'): Promise<Removal[]> {
  return Array.fromAsync(removeFromAccount(clients, await findInAccount(clients, owner)))
}
const told = (removals: readonly Removal[]) =>
  removals.map(({ kind, failure }) => `${kind} ${failure === undefined ? 'removed' : 'stays'}`)
const left = () => ({
  activations: cloud.inspect.activations().length,
  nodes: cloud.inspect.nodes().length,
  roles: cloud.inspect.roles().map(({ name }) => name),
  workspaces: cloud.inspect.workspaces().map(({ alias }) => alias),
})

describe('what muster made in an account', () => {
  beforeEach(() => start())

  it('goes in an order that works, and nothing else goes', async () => {
    await makeOwnRole('node')
    const mine = await makeActivation('node', ours)
    await register(mine)
    await register(mine)
    await makeWorkspace('fleet', ours)
    // Look-alikes: the same names, or muster's tags of a run, or another owner's.
    await makeRole(sdk.iam, 'node-of-others')
    const theirs = await makeActivation('node-of-others', { 'muster:run': 'r1' })
    const foreign = await register(theirs)
    await makeWorkspace('fleet')
    await makeWorkspace('fleet', { 'muster:managed': 'berlin' })
    const found = await findInAccount(clients, 'muster')
    expect(countThings(found)).toBe(5)
    expect(told(await remove())).toEqual([
      'activation removed',
      'node removed',
      'node removed',
      'role removed',
      'workspace removed',
    ])
    expect(left()).toEqual({
      activations: 1,
      nodes: 1,
      roles: ['node-of-others'],
      workspaces: ['fleet', 'fleet'],
    })
    expect(cloud.inspect.nodes()[0]!.id).toBe(foreign.id)
    expect(await remove()).toEqual([])
    expect(told(await remove('berlin'))).toEqual(['workspace removed'])
  })

  it('does not hold a role of the same name that was there before', async () => {
    await sdk.iam.send(
      new CreateRoleCommand({
        RoleName: 'muster-node',
        AssumeRolePolicyDocument: TRUST,
        Tags: tagList({ owner: 'muster' }),
      }),
    )
    expect(countThings(await findInAccount(clients, 'muster'))).toBe(0)
    expect(await remove()).toEqual([])
    expect(left().roles).toEqual(['muster-node'])
  })

  it('leaves a role to nodes and activations that muster did not make, with its policies', async () => {
    await makeOwnRole('node')
    const theirs = await makeActivation('node')
    const foreign = await register(theirs)
    await register(await makeActivation('node', ours))
    const found = await findInAccount(clients, 'muster')
    expect(found.roles[0]!.usedBy).toEqual([theirs.ActivationId, foreign.id])
    expect(accountTable(found, false)).toMatch(
      /^role +node .*3 policies, STAYS: used by 2 that muster did not make$/m,
    )
    const removals = await remove()
    expect(told(removals)).toEqual(['activation removed', 'node removed', 'role stays'])
    expect(removals.at(-1)!.failure).toMatchObject({
      message: `role node stays: ${theirs.ActivationId}, ${foreign.id} use it`,
      hint: expect.stringContaining('muster:managed'),
    })
    expect([...cloud.inspect.roles()[0]!.attached.keys()]).toHaveLength(2)
    expect(cloud.inspect.roles()[0]!.inline.size).toBe(1)
  })

  it('goes on after what cannot be removed, tells why, and is done by the next call', async () => {
    await makeOwnRole('node')
    await register(await makeActivation('node', ours))
    cloud.settings.workspaceDelay = 3600
    await makeWorkspace('slow', ours)
    cloud.settings.workspaceDelay = 0
    await makeWorkspace('fleet', ours)
    vi.stubEnv('AWS_MAX_ATTEMPTS', '1')
    clients = clientsFor(cloud)
    cloud.settings.throttle['ssm:DeregisterManagedInstance'] = { perSecond: 0, burst: 0 }
    const removals = await remove()
    expect(told(removals)).toEqual([
      'activation removed',
      'node stays',
      'role stays',
      'workspace stays',
      'workspace removed',
    ])
    const lines = removals.map(removalLine).join('')
    expect(lines).toMatch(/cannot deregister mi-[0-9a-f]+: Throttling/)
    // The node that is left would lose its credentials.
    expect(lines).toMatch(/role node stays: mi-[0-9a-f]+ uses it/)
    expect(lines).toMatch(/cannot delete workspace ws-.*Conflict.*\n +-> .*not ready yet/)
    cloud.settings.throttle = {}
    cloud.settings.clockOffset = 3601
    const amp = await clients.amp()
    amp.config.systemClockOffset = 3_601_000
    for (const client of [await clients.ssm(), await clients.iam(), await clients.sts()])
      client.config.systemClockOffset = 3_601_000
    expect(told(await remove())).toEqual(['node removed', 'role removed', 'workspace removed'])
    expect(left()).toEqual({ activations: 0, nodes: 0, roles: [], workspaces: [] })
  })

  it('that somebody else removes meanwhile counts as removed', async () => {
    await makeOwnRole('node')
    await makeActivation('node', ours)
    await makeWorkspace('fleet', ours)
    const found = await findInAccount(clients, 'muster')
    await remove()
    const again = await Array.fromAsync(removeFromAccount(clients, found))
    expect(told(again)).toEqual(['activation removed', 'role removed', 'workspace removed'])
  })

  it('stays where it is when the run is interrupted before', async () => {
    await makeOwnRole('node')
    const signal = AbortSignal.abort(new Error('interrupted'))
    const found = await findInAccount(clients, 'muster')
    await expect(Array.fromAsync(removeFromAccount(clients, found, signal))).rejects.toThrow('interrupted')
    expect(left().roles).toEqual(['node'])
  })
})

describe('many nodes', () => {
  it('are shown in part, and go in full', async () => {
    await start(await cloudWithNodes(60, (number) => ({ tags: number === 7 ? {} : ours })))
    const found = await findInAccount(clients, 'muster')
    const table = accountTable(found, false)
    expect(table).toContain('… and 39 more of the kind node (-v shows all)')
    expect(table.match(/^node /gm)).toHaveLength(20)
    expect(accountTable(found, true).match(/^node /gm)).toHaveLength(59)
    expect((await remove()).filter(({ failure }) => failure === undefined)).toHaveLength(59)
    expect(cloud.inspect.nodes().map(({ id }) => id)).toEqual([nodeId(7)])
  })
})
