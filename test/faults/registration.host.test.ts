import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestHost } from '../hosts/index.ts'
import { changes, Lab } from '../run/lab.ts'
import { summaryOf } from '../run/muster.ts'

let lab: Lab
let hosts: readonly [TestHost, TestHost]
beforeAll(async () => {
  lab = await Lab.start(2)
  hosts = lab.hosts as [TestHost, TestHost]
})
afterAll(() => lab.stop())

/** The node's id as the agent keeps it; empty when it has none. */
async function idOf(host: TestHost): Promise<string> {
  return (
    await host.sh(
      `sed 's/.*"instanceID":"\\([^"]*\\)".*/\\1/' /var/lib/amazon/ssm/Vault/Store/RegistrationKey`,
    )
  ).trim()
}

function registrations(): number {
  return lab.cloud
    .requests()
    .filter(({ operation, status }) => operation === 'ssm:RegisterManagedInstance' && status === 200).length
}

test('throttled registrations are tried again, and each host registers once', async () => {
  lab.cloud.settings.throttle['ssm:RegisterManagedInstance'] = { perSecond: 0.5, burst: 1 }
  const ended = await lab.apply()
  delete lab.cloud.settings.throttle['ssm:RegisterManagedInstance']
  expect(ended.code).toBe(0)
  expect(lab.cloud.requests().filter(({ error }) => error === 'throttled').length).toBeGreaterThan(0)
  expect(registrations()).toBe(2)
  expect(lab.cloud.inspect.nodes()).toHaveLength(2)
})

test('a registration whose answer was lost is told, and not tried again', async () => {
  await lab.unregister(hosts[0])
  lab.cloud.settings.lostAnswers['ssm:RegisterManagedInstance'] = 1
  const before = registrations()
  const ended = await lab.apply()
  expect(ended.code).toBe(2)
  // The agent itself asks again, and the only place is taken, by itself.
  expect(summaryOf(ended).failures).toMatchObject([
    {
      host: 'host1',
      task: 'registration',
      message: expect.stringContaining('RegistrationLimitExceeded'),
      hint: expect.stringContaining('run muster again'),
    },
  ])
  expect(registrations() - before).toBe(1)
  expect(changes(ended)['host2']).toBe(0)
  expect(await idOf(hosts[0])).toBe('')
  const next = await lab.apply()
  expect(next.code).toBe(0)
  expect(registrations() - before).toBe(2)
})

test('a registration anew that fails leaves the old one as it was', async () => {
  const old = await idOf(hosts[0])
  const files = 'cd /var/lib/amazon/ssm && find Vault registration -type f -exec sha256sum {} +'
  const vault = await hosts[0].sh(files)
  lab.cloud.settings.lostAnswers['ssm:RegisterManagedInstance'] = 1
  const before = registrations()
  const ended = await lab.apply({ words: ['--limit', 'host1', '-e', 'reregister=true'] })
  expect(ended.code).toBe(2)
  expect(registrations() - before).toBe(1)
  expect(await hosts[0].sh(files)).toBe(vault)
  expect(await hosts[0].sh('ls -A /var/lib/amazon/ssm | grep muster || true')).toBe('')
  const next = await lab.apply()
  expect(next.code).toBe(0)
  expect(changes(next)['host1']).toBe(0)
  expect(await idOf(hosts[0])).toBe(old)
})

test('a registration anew gives a new node and takes the old one away', async () => {
  const old = await idOf(hosts[0])
  const ended = await lab.apply({ words: ['--limit', 'host1', '-e', 'reregister=true'] })
  expect(ended.code).toBe(0)
  const id = await idOf(hosts[0])
  expect(id).toMatch(/^mi-/)
  expect(id).not.toBe(old)
  expect(lab.cloud.inspect.nodes().map((node) => node.id)).toContain(id)
  expect(lab.cloud.inspect.nodes().map((node) => node.id)).not.toContain(old)
})

test('a node that never comes Online is told with its state', async () => {
  await lab.unregister(hosts[1])
  lab.cloud.settings.describeDelay = 3600
  const ended = await lab.apply({ words: ['--limit', 'host2', '-e', 'wait=3'] })
  lab.cloud.settings.describeDelay = 0
  expect(ended.code).toBe(2)
  const id = await idOf(hosts[1])
  expect(summaryOf(ended).failures).toMatchObject([
    {
      host: 'host2',
      message: expect.stringContaining(`${id} is not Online after 3 seconds`),
      hint: expect.stringContaining('ssmmessages'),
    },
  ])
  // It is registered all the same, and the next run only looks.
  const before = registrations()
  expect((await lab.apply()).code).toBe(0)
  expect(registrations()).toBe(before)
  expect(await idOf(hosts[1])).toBe(id)
})

test('systemd that refuses one more start of the agent does not stop a registration', async () => {
  await lab.unregister(hosts[0])
  await hosts[0].sh('while systemctl restart amazon-ssm-agent; do :; done')
  const ended = await lab.apply({ words: ['--limit', 'host1'] })
  expect(summaryOf(ended).failures).toEqual([])
  expect(ended.code).toBe(0)
  expect(await idOf(hosts[0])).toMatch(/^mi-/)
})
