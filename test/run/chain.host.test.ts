import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestHost } from '../hosts/index.ts'
import { changes, Lab, limits } from './lab.ts'
import { summaryOf } from './muster.ts'

let lab: Lab
let hosts: readonly [TestHost, TestHost, TestHost]
beforeAll(async () => {
  lab = await Lab.start(3)
  hosts = lab.hosts as [TestHost, TestHost, TestHost]
})
afterAll(() => lab.stop())

test('a plan of bare hosts says what would change, touches nothing and makes no activation', async () => {
  const [ended, made] = await lab.asked('ssm:CreateActivation', () => lab.plan())
  expect(ended.code).toBe(2)
  expect(changes(ended)).toEqual({ localhost: 1, host1: 7, host2: 7, host3: 7 })
  expect(made).toBe(0)
  expect(lab.cloud.inspect.roles()).toEqual([])
  for (const host of hosts)
    expect((await host.exec('ls /srv/data /usr/bin/amazon-ssm-agent')).stdout).toBe('')
})

test('the first run registers all with one activation, limited to them, deleted in the end', async () => {
  const [ended, made] = await lab.asked('ssm:CreateActivation', () => lab.apply())
  expect(summaryOf(ended)).toMatchObject({ exitCode: 0, failures: [] })
  expect(ended.code).toBe(0)
  expect(changes(ended)).toEqual({ localhost: 1, host1: 7, host2: 7, host3: 7 })
  expect(made).toBe(1)
  expect(limits(ended)).toEqual([3])
  expect(lab.cloud.inspect.activations()).toEqual([])
  const nodes = lab.cloud.inspect.nodes()
  expect(nodes).toHaveLength(3)
  for (const node of nodes) {
    expect(node).toMatchObject({ name: 'test', role: 'test-node', tags: { site: 'test' } })
    expect(node.lastPing).toBeDefined()
  }
  const ids = await Promise.all(hosts.map((host) => host.sh('ssm-cli get-instance-information')))
  for (const { id } of nodes) expect(ids.join('\n')).toContain(id)
})

test('the second run changes nothing, makes no activation, and costs each host one request', async () => {
  const [ended, made] = await lab.asked('ssm:CreateActivation', () => lab.apply())
  expect(ended.code).toBe(0)
  const { recap, cost } = summaryOf(ended)
  expect(changes(ended)).toEqual({ localhost: 0, host1: 0, host2: 0, host3: 0 })
  expect(recap['host1']).toMatchObject({ ok: 6, failed: 0, skipped: 0 })
  expect(made).toBe(0)
  // For each of three hosts: one handshake, one channel for one resident shell, one request for six tasks.
  expect(cost).toMatchObject({ handshakes: 3, channels: 3, requests: 3 })
  expect(lab.cloud.inspect.nodes()).toHaveLength(3)
  const plan = await lab.plan()
  expect(plan.code).toBe(0)
})

test('where two of three are registered the activation is for one', async () => {
  await lab.unregister(hosts[1])
  const before = new Set(lab.cloud.inspect.nodes().map(({ id }) => id))
  const ended = await lab.apply()
  expect(ended.code).toBe(0)
  expect(limits(ended)).toEqual([1])
  expect(Object.keys(changes(ended)).filter((host) => changes(ended)[host] !== 0)).toEqual(['host2'])
  expect(lab.cloud.inspect.nodes().filter(({ id }) => !before.has(id))).toHaveLength(1)
  expect(lab.cloud.inspect.activations()).toEqual([])
})

test('each batch gets an activation of its own, and only one that has someone to register', async () => {
  await lab.unregister(hosts[0], hosts[2])
  const ended = await lab.apply({ words: ['-e', 'batch=1'] })
  expect(ended.code).toBe(0)
  expect(ended.events.filter(({ type }) => type === 'batch-started')).toHaveLength(4)
  expect(limits(ended)).toEqual([1, 1])
  // The first is gone before the second is made.
  const story = ended.events.filter(({ type }) => type === 'activation').map(({ what }) => what)
  expect(story).toEqual(['created', 'deleted', 'created', 'deleted'])
  expect(lab.cloud.inspect.activations()).toEqual([])
})
