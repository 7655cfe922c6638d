import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestHost } from '../hosts/index.ts'
import { changes, Lab, limits, until } from '../run/lab.ts'
import { summaryOf, type Told } from '../run/muster.ts'

const SLOW = join(import.meta.dirname, '../run/chain/slow.yaml')
const CHANGES = join(import.meta.dirname, '../run/chain/changes.yaml')

let lab: Lab
let hosts: readonly [TestHost, TestHost]
beforeAll(async () => {
  lab = await Lab.start(2)
  hosts = lab.hosts as [TestHost, TestHost]
})
afterAll(() => lab.stop())

/** What a run leaves that nothing disturbed. */
async function expectAllRegistered(): Promise<void> {
  expect(lab.cloud.inspect.activations()).toEqual([])
  const nodes = new Set(lab.cloud.inspect.nodes().map(({ id }) => id))
  const told = await Promise.all(hosts.map((host) => host.sh('cat /var/lib/amazon/ssm/registration')))
  const ids = told.map((text) => (JSON.parse(text) as { ManagedInstanceID: string }).ManagedInstanceID)
  expect(new Set(ids).size).toBe(2)
  for (const id of ids) expect(nodes).toContain(id)
  const again = await lab.apply()
  expect(again.code).toBe(0)
  expect(changes(again)).toEqual({ localhost: 0, host1: 0, host2: 0 })
}

function orphans(events: readonly Told[]): Told[] {
  return events.filter(({ type, what }) => type === 'activation' && what === 'orphan-deleted')
}

test('killed before it heard of its activation: the next run finds that by its tags and deletes it', async () => {
  lab.cloud.settings.lostAnswers['ssm:CreateActivation'] = 100
  const killed = await lab.start('apply')
  await until(() => lab.cloud.inspect.activations().length > 0)
  killed.kill('SIGKILL')
  expect((await killed.ended).signal).toBe('SIGKILL')
  expect(await lab.journals()).toContain('activation-intent')
  expect(await lab.journals()).not.toContain('activation-created')
  delete lab.cloud.settings.lostAnswers['ssm:CreateActivation']

  const left = lab.cloud.inspect.activations().map(({ id }) => id)
  const ended = await lab.apply()
  expect(ended.code).toBe(0)
  expect(orphans(ended.events).map(({ id }) => id)).toEqual(left)
  expect(limits(ended)).toEqual([2])
  expect(lab.cloud.inspect.nodes()).toHaveLength(2)
  await expectAllRegistered()
})

test('killed between activation and registration: the next run ends as if nothing had been', async () => {
  await lab.unregister(...hosts)
  const killed = await lab.start('apply')
  const { id } = await killed.until(({ type }) => type === 'activation')
  killed.kill('SIGKILL')
  expect((await killed.ended).signal).toBe('SIGKILL')
  expect(lab.cloud.inspect.activations().map((activation) => activation.id)).toEqual([id])

  const ended = await lab.apply()
  expect(ended.code).toBe(0)
  expect(orphans(ended.events).map((event) => event.id)).toEqual([id])
  await expectAllRegistered()
  // Cleaned up once and for all.
  expect(orphans((await lab.apply()).events)).toEqual([])
})

test('interrupted by Ctrl-C: the activation is deleted, nothing runs on, each host has its result', async () => {
  await lab.unregister(...hosts)
  const run = await lab.start('apply', { playbook: SLOW })
  for (const { name } of hosts) await run.until(({ host, what }) => host === name && what === 'slow')
  for (const host of hosts)
    await until(async () => (await host.exec('pgrep -f "sleep 471[12]"')).exitCode === 0)
  expect(lab.cloud.inspect.activations()).toHaveLength(1)
  run.kill('SIGINT')
  const ended = await run.ended
  expect(ended.code).toBe(130)
  expect(
    summaryOf(ended)
      .failures.map(({ host, status }) => [host, status])
      .sort(),
  ).toEqual([
    ['host1', 'unknown'],
    ['host2', 'unknown'],
  ])
  expect(lab.cloud.inspect.activations()).toEqual([])
  for (const host of hosts) {
    expect((await host.exec('pgrep -f "sleep 471[12]"')).stdout).toBe('')
    await until(async () => (await host.exec('pgrep -u ops')).stdout === '')
  }
  expect((await lab.apply()).code).toBe(0)
  await expectAllRegistered()
})

test('an activation whose answer was lost is not left behind', async () => {
  await lab.unregister(hosts[0])
  lab.cloud.settings.lostAnswers['ssm:CreateActivation'] = 1
  const ended = await lab.apply()
  expect(ended.code).toBe(0)
  expect(lab.cloud.inspect.activations()).toEqual([])

  await lab.unregister(hosts[0])
  lab.cloud.settings.lostAnswers['ssm:CreateActivation'] = 100
  const [failed, made] = await lab.asked('ssm:CreateActivation', () => lab.apply())
  delete lab.cloud.settings.lostAnswers['ssm:CreateActivation']
  expect(failed.code).toBe(2)
  expect(made).toBeGreaterThan(1)
  // The other host needs none.
  expect(summaryOf(failed).failures).toMatchObject([
    { host: 'host1', status: 'failed', task: 'registration', hint: expect.stringContaining('network') },
  ])
  expect(lab.cloud.inspect.activations()).toEqual([])
})

test('one that could not be deleted is deleted by the next run', async () => {
  lab.cloud.settings.throttle['ssm:DeleteActivation'] = { perSecond: 0, burst: 0 }
  const ended = await lab.apply({ environment: { AWS_MAX_ATTEMPTS: '1' } })
  delete lab.cloud.settings.throttle['ssm:DeleteActivation']
  expect(ended.code).toBe(0)
  expect(ended.events.filter(({ type }) => type === 'warning')).toHaveLength(1)
  const left = lab.cloud.inspect.activations()
  expect(left).toHaveLength(1)
  const next = await lab.apply()
  expect(orphans(next.events).map(({ id }) => id)).toEqual(left.map(({ id }) => id))
  await expectAllRegistered()
})

test('a host that freezes in the middle is given up when it stays silent, and the other one goes on', async () => {
  const patience = '-o ServerAliveInterval=1 -o ServerAliveCountMax=1'
  const vars = {
    host2: { ansible_ssh_common_args: `-o StrictHostKeyChecking=no ${patience}`, ansible_timeout: 2 },
  }
  const run = await lab.start('apply', { playbook: CHANGES, hosts: vars, words: ['--tags', 'file'] })
  for (const host of hosts)
    await until(async () => (await host.exec('test -e /run/validates')).exitCode === 0)
  await hosts[1].freeze()
  try {
    // Silence is noticed while the other host is still at work.
    await run.until(
      ({ type, message }) => type === 'warning' && message?.includes('no answer for 2 s') === true,
    )
    await hosts[0].sh('touch /run/valid')
    const ended = await run.ended
    expect(ended.code).toBe(4)
    const { recap, failures } = summaryOf(ended)
    expect(recap['host1']).toMatchObject({ changed: 2, failed: 0, unreachable: 0 })
    expect(failures).toMatchObject([{ host: 'host2', task: 'file', status: 'unreachable' }])
  } finally {
    await hosts[1].thaw()
  }
  await hosts[1].sh('touch /run/valid')
})
