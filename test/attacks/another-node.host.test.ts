import { join } from 'node:path'
import { CreateWorkspaceCommand } from '@aws-sdk/client-amp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { clients } from '../emulator/clients.ts'
import type { TestHost } from '../hosts/index.ts'
import { Lab } from '../run/lab.ts'
import { type Ended, summaryOf } from '../run/muster.ts'

// Root on one managed host wants another's node: the Vault that muster reads names the other's id. What muster changes
// in Systems Manager it does on its operator's behalf, so the operator's rights would be used against the other host.
const OFFBOARD = join(import.meta.dirname, '../../playbooks/offboard.yaml')
const KEY = '/var/lib/amazon/ssm/Vault/Store/RegistrationKey'
const IDENTITY = '/var/lib/amazon/ssm/runtimeconfig/identity_config.json'

let lab: Lab
let hostile: TestHost
let own: string
let victim: string
beforeAll(async () => {
  lab = await Lab.start(
    2,
    {},
    { muster_region: 'eu-central-1', muster_role: 'test-node', muster_workspace: 'fleet' },
  )
  expect(summaryOf(await lab.apply()).failures).toEqual([])
  hostile = lab.hosts[0]!
  own = await idOf(lab.hosts[0]!)
  victim = await idOf(lab.hosts[1]!)
  await hostile.sh(`sed -i 's/${own}/${victim}/' ${KEY} ${IDENTITY}`)
})
afterAll(() => lab.stop())

async function idOf(host: TestHost): Promise<string> {
  return (await host.sh(`sed 's/.*"instanceID":"\\([^"]*\\)".*/\\1/' ${KEY}`)).trim()
}

const nodeOf = (id: string) => lab.cloud.inspect.nodes().find((node) => node.id === id)

/** The host failed for that, and Systems Manager has the other's node as before, and did nothing. */
async function expectRefused(run: () => Promise<Ended>): Promise<void> {
  const before = structuredClone(nodeOf(victim)!.tags)
  const asked = (operation: string) => lab.cloud.counts()[operation] ?? 0
  const changes = () => asked('ssm:AddTagsToResource') + asked('ssm:DeregisterManagedInstance')
  const made = changes()
  const { failures } = summaryOf(await run())
  expect(failures).toMatchObject([
    {
      host: 'host1',
      message: expect.stringMatching(
        new RegExp(`^host1 says that it is the node ${victim}, and nothing proves it: its tag muster:host`),
      ),
      hint: expect.stringContaining('muster:host'),
    },
  ])
  expect(changes()).toBe(made)
  expect(nodeOf(victim)!.tags).toEqual(before)
}

test('each node carries the name of its host', () => {
  expect(nodeOf(own)!.tags['muster:host']).toBe('host1')
  expect(nodeOf(victim)!.tags['muster:host']).toBe('host2')
})

test('tags: the node of the other keeps its own', async () => {
  const playbook = join(import.meta.dirname, '../run/chain/chain.yaml')
  const words = ['--limit', 'host1']
  await expectRefused(() => lab.apply({ playbook, words }))
  // Beside the other, who says so too, and whose word is proved.
  const { failures } = summaryOf(await lab.apply({ playbook }))
  expect(failures.map(({ host }) => host)).toEqual(['host1'])
})

test('a plan says so too', async () => {
  const { failures } = summaryOf(await lab.plan({ words: ['--limit', 'host1'] }))
  expect(failures).toMatchObject([{ message: expect.stringContaining('nothing proves it') }])
})

test('offboard: the node of the other stays on the roll', async () => {
  await expectRefused(() => lab.apply({ playbook: OFFBOARD, words: ['--limit', 'host1'] }))
  expect(nodeOf(victim)).toBeDefined()
  expect(nodeOf(own)).toBeDefined()
})

test('verify: what the other sends does not prove this host', async () => {
  await clients(lab.cloud).amp.send(new CreateWorkspaceCommand({ alias: 'fleet' }))
  const { events } = await lab.verify()
  const { hosts } = events.at(-1) as unknown as { hosts: { host: string; ssm: unknown; problem: string }[] }
  expect(hosts).toMatchObject([
    {
      host: 'host1',
      ssm: { node: null, ping: null },
      problem: expect.stringContaining('nothing proves it'),
    },
    { host: 'host2', ssm: { node: victim, ping: 'Online' } },
  ])
})

test('where the tag is gone, name and address of the other prove nothing for this host', async () => {
  const tags = nodeOf(victim)!.tags as Record<string, string>
  const { 'muster:host': tag, 'muster:hosts': _, ...rest } = tags
  for (const key of Object.keys(tags)) delete tags[key]
  Object.assign(tags, rest)
  const { failures } = summaryOf(await lab.apply({ playbook: OFFBOARD, words: ['--limit', 'host1'] }))
  expect(failures).toMatchObject([
    { message: expect.stringMatching(/Systems Manager knows it with computer name .*no tag muster:host/) },
  ])
  expect(nodeOf(victim)!.tags).toEqual(rest)
  Object.assign(tags, { 'muster:host': tag })
})

test('a registration anew gives this host a node of its own, and leaves the other', async () => {
  const ended = await lab.apply({ words: ['--limit', 'host1', '-e', 'reregister=true'] })
  expect(summaryOf(ended).failures).toEqual([])
  const next = await idOf(hostile)
  expect([own, victim]).not.toContain(next)
  expect(nodeOf(next)!.tags['muster:host']).toBe('host1')
  expect(nodeOf(victim)!.tags['muster:host']).toBe('host2')
  expect(summaryOf(await lab.apply()).failures).toEqual([])
})

test('an agent that prints another id when it registers gets nothing done to that node', async () => {
  await lab.unregister(hostile)
  await hostile.sh(
    `cat >/usr/bin/amazon-ssm-agent <<'EOS'
#!/bin/sh
echo 'INFO Successfully registered the instance with AWS SSM using Managed instance-id: ${victim}'
EOS`,
  )
  await expectRefused(() => lab.apply({ words: ['--limit', 'host1', '--tags', 'untagged'] }))
})
