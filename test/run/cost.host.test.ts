import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { withHostUsage } from '../../bench/host-usage.ts'
import type { TestHost } from '../hosts/index.ts'
import { changes, Lab, until } from './lab.ts'
import { summaryOf } from './muster.ts'

const SITE = join(import.meta.dirname, '../../playbooks/site.yaml')
const OWN = join(import.meta.dirname, 'chain/own.yaml')
/** Its drop-in writes a line for each start of the agent, whoever starts it. */
const COUNTER = '/etc/systemd/system/amazon-ssm-agent.service.d/10-count.conf'

/** What breaks units and configuration that do not quote. */
const ODD = `a"b'c%d$e[f=g\nh\u2028i\\j;k`

let lab: Lab
let host: TestHost
beforeAll(async () => {
  lab = await Lab.ofSite(1, { external_labels: { odd: ODD } })
  host = lab.hosts[0] as TestHost
  await host.sh(
    `mkdir -p ${COUNTER.replace(/\/[^/]*$/, '')} && printf '[Service]\nExecStartPre=/bin/sh -c "echo started >>/root/starts"\n' >${COUNTER}`,
  )
})
afterAll(() => lab.stop())

async function starts(): Promise<number> {
  return Number(await host.sh('wc -l </root/starts'))
}

test('on a first run muster starts the agent once, after its package did', async () => {
  const ended = await lab.apply({ playbook: SITE })
  expect(summaryOf(ended).failures).toEqual([])
  expect(await starts()).toBe(2)
  // And what the other starts were for is there.
  expect(await host.sh('systemctl show -P Environment amazon-ssm-agent')).toContain(
    'AWS_SHARED_CREDENTIALS_FILE=/var/lib/muster/aws/credentials',
  )
  expect(await host.sh('stat -c "%a %U:%G" /var/lib/muster/aws/credentials')).toBe('640 root:prometheus\n')
  expect(await host.sh('cat /etc/muster/node.env')).toBe(`INSTANCE_ID=${lab.cloud.inspect.nodes()[0]?.id}\n`)
})

test('the programs read odd labels back as they were set', async () => {
  const [workspace] = lab.cloud.inspect.workspaces()
  const up = lab.cloud.inspect.series(workspace!.id).filter(({ labels }) => labels['__name__'] === 'up')
  expect(up.length).toBeGreaterThan(0)
  for (const { labels } of up) expect(labels['odd']).toBe(ODD)
  const units = '/etc/systemd/system/prometheus.service /etc/systemd/system/node_exporter.service'
  expect(await host.sh(`systemd-analyze verify ${units} 2>&1`)).toBe('')
})

/** A run while nothing else on the host starts processes, which what runs there does by itself. */
async function measured(playbook: string) {
  const others = "-f '[p]rometheus --|[n]ode_exporter --|[s]sm-agent-worker|[/]amazon-ssm-agent'"
  await host.sh(`pkill -STOP ${others}`)
  const ended = await withHostUsage({ hosts: [host] }, () => lab.apply({ playbook }))
  await host.sh(`pkill -CONT ${others}`)
  expect(summaryOf(ended).failures).toEqual([])
  expect(changes(ended)['host1']).toBe(0)
  expect(summaryOf(ended).cost).toMatchObject({ handshakes: 1, requests: 1 })
  return ended.processes.length
}

// The login itself is 12: sshd, PAM, sudo and the shell.
test('the three modules of the SSM agent and its collectors cost six processes together', async () => {
  expect(await measured(OWN)).toBeLessThanOrEqual(12 + 6)
})

test('a run of the whole that changes nothing costs one request and at most 35 processes', async () => {
  expect(await measured(SITE)).toBeLessThanOrEqual(35)
})

test('a changed configuration of a registered agent is taken by one restart', async () => {
  await host.sh('echo "{}" >/etc/amazon/ssm/amazon-ssm-agent.json')
  const before = await starts()
  const ended = await lab.apply({ playbook: SITE })
  expect(ended.code).toBe(0)
  expect((await starts()) - before).toBe(1)
})

test('credentials alone, on a host whose agent shares its keys elsewhere, restart it once', async () => {
  await host.sh(
    'rm -rf /var/lib/muster /etc/systemd/system/amazon-ssm-agent.service.d/50-muster* && systemctl daemon-reload && systemctl restart amazon-ssm-agent',
  )
  await until(async () => (await host.exec('test -s /root/.aws/credentials')).exitCode === 0)
  const before = await starts()
  const ended = await lab.apply({ playbook: SITE })
  expect(summaryOf(ended).failures).toEqual([])
  expect((await starts()) - before).toBe(1)
  expect((await lab.apply({ playbook: SITE })).code).toBe(0)
  expect((await starts()) - before).toBe(1)
})
