import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestHost } from '../hosts/index.ts'
import { Lab } from '../run/lab.ts'
import { summaryOf } from '../run/muster.ts'

const CLONE = '0123456789abcdef0123456789abcdef'

let lab: Lab
let hosts: readonly [TestHost, TestHost, TestHost]
beforeAll(async () => {
  lab = await Lab.start(3, { each: [{ machineId: CLONE }, {}, { machineId: CLONE }] })
  hosts = lab.hosts as [TestHost, TestHost, TestHost]
})
afterAll(() => lab.stop())

/** Nothing was put on any host, and nothing was asked of Systems Manager. */
async function expectUntouched(): Promise<void> {
  const counts = lab.cloud.counts()
  expect(counts['ssm:CreateActivation'] ?? 0).toBe(0)
  expect(counts['ssm:RegisterManagedInstance'] ?? 0).toBe(0)
  for (const host of hosts) {
    const { stdout } = await host.exec('ls /srv/data /usr/bin/amazon-ssm-agent; getent group collector')
    expect(stdout).toBe('')
  }
}

test('clones with one machine-id stop the whole batch before anything is done', async () => {
  const ended = await lab.apply()
  expect(ended.code).toBe(2)
  const failures = new Map(summaryOf(ended).failures.map((failure) => [failure.host, failure]))
  for (const host of ['host1', 'host3'])
    expect(failures.get(host)).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('host1 and host3 have the same /etc/machine-id'),
      hint: expect.stringContaining('systemd-machine-id-setup'),
    })
  expect(failures.get('host2')).toMatchObject({
    status: 'cancelled',
    message: expect.stringMatching(/nothing was done: host1 .*host1 and host3 have the same/),
  })
  expect(failures.size).toBe(3)
  await expectUntouched()
  // A plan finds it too.
  expect((await lab.plan()).code).toBe(1)
  await expectUntouched()
})

test('so does a clock that is off', async () => {
  const words = ['--limit', 'host2:host3']
  const fake = (seconds: number) =>
    hosts[1].sh(`cat >/usr/local/bin/date <<'FAKE'
#!/bin/sh
[ "$*" != +%s ] || exec /bin/date -d "@$(($(/bin/date +%s) + ${seconds}))" +%s
exec /bin/date "$@"
FAKE
chmod 755 /usr/local/bin/date`)
  for (const [seconds, direction] of [
    [300, 'ahead of'],
    [-300, 'behind'],
  ] as const) {
    await fake(seconds)
    const ended = await lab.apply({ words })
    expect(ended.code).toBe(2)
    const failures = new Map(summaryOf(ended).failures.map((failure) => [failure.host, failure]))
    expect(failures.get('host2')).toMatchObject({
      status: 'failed',
      message: expect.stringMatching(new RegExp(`clock of host2 is (29|30)\\d seconds ${direction}`)),
      hint: expect.stringContaining('time synchronisation'),
    })
    expect(failures.get('host3')).toMatchObject({
      status: 'cancelled',
      message: expect.stringContaining('host2'),
    })
    await expectUntouched()
  }
  // Three minutes are no reason to refuse a host, only AWS's five are near.
  await fake(180)
  const ended = await lab.apply({ words })
  expect(ended.code).toBe(0)
})
