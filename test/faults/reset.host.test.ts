import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { TestHost } from '../hosts/index.ts'
import { Lab, until } from '../run/lab.ts'
import { summaryOf } from '../run/muster.ts'
import { FaultProxy } from './proxy.ts'

const CHANGES = join(import.meta.dirname, '../run/chain/changes.yaml')

let lab: Lab
let host: TestHost
let proxy: FaultProxy
let vars: Record<string, Record<string, unknown>>
beforeAll(async () => {
  lab = await Lab.start(1)
  host = lab.hosts[0] as TestHost
})
afterAll(() => lab.stop())
beforeEach(async () => {
  proxy = await FaultProxy.start(host.port)
  // The host's key is known under its own port.
  vars = { host1: { ansible_port: proxy.port, ansible_ssh_common_args: '-o StrictHostKeyChecking=no' } }
})
afterEach(() => proxy.close())

test('reset while the agent registers: muster waits for it and takes its registration, no second one is made', async () => {
  expect((await lab.apply({ words: ['--tags', 'agent'] })).code).toBe(0)
  // The agent's program waits in the middle of a registration until it is let go on.
  await host.sh(`mv /usr/bin/amazon-ssm-agent /usr/bin/amazon-ssm-agent.real
cat >/usr/bin/amazon-ssm-agent <<'PROGRAM'
#!/bin/sh
if [ "$1" = -register ]; then touch /run/registers; until [ -e /run/go-on ]; do sleep 0.1; done; fi
. /usr/bin/amazon-ssm-agent.real
PROGRAM
chmod 755 /usr/bin/amazon-ssm-agent`)
  const run = await lab.start('apply', { hosts: vars })
  await until(async () => (await host.exec('test -e /run/registers')).exitCode === 0)
  proxy.reset()
  await run.until(({ type, message }) => type === 'warning' && message?.includes('connecting again') === true)
  // The second connection has read the state, and stands before the registration that still runs.
  await until(async () => (await host.exec("pgrep -f '[f]lock -w 120'")).exitCode === 0)
  await host.sh('touch /run/go-on')
  const ended = await run.ended
  expect(ended.code).toBe(0)
  expect(lab.cloud.inspect.nodes()).toHaveLength(1)
  expect(lab.cloud.counts()['ssm:RegisterManagedInstance']).toBe(1)
  expect(lab.cloud.inspect.activations()).toEqual([])
  await host.sh('mv /usr/bin/amazon-ssm-agent.real /usr/bin/amazon-ssm-agent; rm /run/registers /run/go-on')
  const again = await lab.apply({ hosts: vars })
  expect(again.code).toBe(0)
  expect(summaryOf(again).recap['host1']).toMatchObject({ changed: 0 })
})

test('reset while a file is put in place: connected again, looked again, and handlers know', async () => {
  const run = await lab.start('apply', { playbook: CHANGES, hosts: vars, words: ['--tags', 'file'] })
  await until(async () => (await host.exec('test -e /run/validates')).exitCode === 0)
  proxy.reset()
  // The first connection's work ends before the second looks, and nothing is left to do.
  await host.sh('touch /run/valid')
  const ended = await run.ended
  expect(ended.code).toBe(0)
  expect(proxy.accepted).toBe(2)
  expect(summaryOf(ended).recap['host1']).toMatchObject({ changed: 2, failed: 0, unreachable: 0 })
  expect(await host.sh('cat /srv/checked && ls /srv/seen')).toBe('content\n/srv/seen\n')
  await until(async () => (await host.exec('ls -A /srv | grep muster')).stdout === '')
})

test('reset while a command runs: nobody can tell whether it was done, and muster says so', async () => {
  const run = await lab.start('apply', { playbook: CHANGES, hosts: vars, words: ['--tags', 'command'] })
  await until(async () => (await host.exec('test -e /run/commanded')).exitCode === 0)
  proxy.reset()
  const ended = await run.ended
  expect(ended.code).toBe(2)
  expect(summaryOf(ended).failures).toMatchObject([
    {
      host: 'host1',
      task: 'command',
      status: 'unknown',
      message: expect.stringContaining('the answer was lost'),
      hint: expect.stringContaining('find out'),
    },
  ])
  // Not a second time.
  expect(await host.sh('cat /run/commanded')).toBe('once\n')
  await host.sh('touch /run/go-on')
})

test('reset while muster only looks: connected again, and looked again', async () => {
  // Reading the clock is part of looking; here it waits.
  await host.sh(`cat >/usr/local/bin/date <<'PROGRAM'
#!/bin/sh
touch /run/looks
until [ -e /run/looked ]; do sleep 0.1; done
exec /bin/date "$@"
PROGRAM
chmod 755 /usr/local/bin/date`)
  const run = await lab.start('apply', { hosts: vars })
  await until(async () => (await host.exec('test -e /run/looks')).exitCode === 0)
  proxy.reset()
  await host.sh('touch /run/looked')
  const ended = await run.ended
  expect(ended.code).toBe(0)
  expect(proxy.accepted).toBe(2)
  expect(summaryOf(ended).recap['host1']).toMatchObject({ ok: 6, changed: 0, unreachable: 0 })
})
