import { createReadStream } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cloud, startCloud } from '../../../src/emulator/cloud.ts'
import { buildAgentDeb } from '../../agent/build-agent-deb.ts'
import { grafanaAgent } from '../../artifacts/layouts/grafana-agent.ts'
import { otelcolContrib } from '../../artifacts/layouts/otelcol-contrib.ts'
import { mirrored } from '../../artifacts/mirrored.ts'
import { productDeb } from '../../artifacts/product-deb.ts'
import { collectors } from '../../artifacts/releases/index.ts'
import { startHosts, type TestHost, type TestHosts } from '../../hosts/index.ts'
import { until } from '../../run/lab.ts'
import { type Ended, RunningMuster, summaryOf } from '../../run/muster.ts'
import { PLAYBOOKS } from '../render.ts'
import { Gate } from './gate.ts'
import { InspectingProxy } from './inspecting-proxy.ts'
import { Tinyproxy } from './tinyproxy.ts'

/*
 * The main job as companies have it: hosts that a bastion alone reaches, and that reach the cloud through a proxy alone.
 * The cloud listens on loopback; a gate at the address that hosts know lets this machine pass, so the proxy, and cuts
 * whoever else comes. The tests build on one another.
 */
interface Doctor {
  readonly findings: readonly {
    readonly where: string
    readonly check: string
    readonly status: string
    readonly found: string
  }[]
}

const otelcol = await mirrored('otelcol')
const agent = await mirrored('grafana-agent')
const PASSWORD = 'pa%2Essword-of-the-fleet'
let hosts: TestHosts
let bastion: TestHost
let web: readonly [TestHost, TestHost]
let cloud: Cloud
let gate: Gate
let files: Server
let filesGate: Gate
let open: Gate | undefined
let proxy: Tinyproxy
let inspecting: InspectingProxy | undefined
let artifacts: Record<string, unknown>
let store: string

beforeAll(async () => {
  const [ssmAgent, found, started] = await Promise.all([
    buildAgentDeb(),
    collectors(),
    startHosts(3, { each: [{ name: 'bastion' }, { name: 'web1' }, { name: 'web2' }] }),
  ])
  hosts = started
  const [first, ...rest] = hosts.hosts
  bastion = first!
  web = rest as [TestHost, TestHost]
  cloud = await startCloud()
  gate = await Gate.open(hosts.gateway, cloud.port)
  files = createServer((_, response) => createReadStream(found.nodeExporter.path).pipe(response))
  await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve))
  filesGate = await Gate.open(hosts.gateway, (files.address() as AddressInfo).port)
  proxy = await Tinyproxy.start(hosts.directory, hosts.gateway, `fleet ${decodeURIComponent(PASSWORD)}`)
  artifacts = {
    'amazon-ssm-agent': ssmAgent,
    prometheus: found.prometheus,
    // The hosts fetch this one themselves.
    node_exporter: {
      ...found.nodeExporter,
      delivery: 'url',
      url: `http://${hosts.gateway}:${filesGate.port}/node_exporter.tar.gz`,
    },
  }
  await mkdir(join(hosts.directory, 'state'))
  await reachThroughBastion()
  store = await trusted()
})
afterAll(async () => {
  inspecting?.stop()
  await proxy?.stop()
  gate?.close()
  open?.close()
  filesGate?.close()
  files?.close()
  await cloud?.close()
  await hosts?.stop()
})

/** OpenSSH's configuration: the targets take the bastion's connections alone. */
async function reachThroughBastion(): Promise<void> {
  const address = async (host: TestHost) => (await host.sh("hostname -I | cut -d' ' -f1")).trim()
  const from = await address(bastion)
  const known = [bastion.knownHosts]
  const entries: string[] = []
  for (const host of web) {
    const own = await address(host)
    await host.sh(
      `printf 'Match Address *,!${from}\\n  DenyUsers *\\n' >>/etc/ssh/sshd_config; systemctl reload ssh`,
    )
    known.push(`${own} ${host.knownHosts.split('\n')[0]!.split(' ').slice(1).join(' ')}\n`)
    entries.push(`Host ${host.name}\n  HostName ${own}\n  ProxyJump bastion\n`)
  }
  await writeFile(join(hosts.directory, 'known'), known.join(''))
  await writeFile(
    join(hosts.directory, 'ssh_config'),
    `Host bastion\n  HostName 127.0.0.1\n  Port ${bastion.port}\n${entries.join('')}Host *\n  User ops\n  IdentityFile ${hosts.privateKeyFile}\n  IdentitiesOnly yes\n  UserKnownHostsFile ${join(hosts.directory, 'known')}\n`,
    { mode: 0o600 },
  )
}

async function muster(
  words: readonly string[],
  variables: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const vars = {
    ansible_ssh_common_args: `-F ${join(hosts.directory, 'ssh_config')}`,
    muster_region: 'eu-central-1',
    muster_role: 'muster-node',
    muster_workspace: 'muster',
    artifacts,
    scrape_interval: '1s',
    proof_timeout: 60,
    ...variables,
  }
  const inventory = join(hosts.directory, 'web.yaml')
  // JSON is YAML.
  await writeFile(inventory, JSON.stringify({ all: { vars, hosts: { web1: {}, web2: {} } } }))
  const state = join(hosts.directory, 'state')
  return new RunningMuster([...words, '-i', inventory], {
    environment: {
      ...cloud.environment(),
      AWS_ENDPOINT_URL: `http://${hosts.gateway}:${gate.port}`,
      XDG_STATE_HOME: state,
      XDG_CACHE_HOME: state,
      ...environment,
    },
  }).ended
}

async function apply(
  variables: Readonly<Record<string, unknown>>,
  { playbook = 'site.yaml', environment = {}, words = [] as readonly string[] } = {},
): Promise<Ended> {
  const all = ['apply', join(PLAYBOOKS, playbook), '--json', ...words]
  const ended = await muster(all, variables, environment)
  expect(summaryOf(ended).failures).toEqual([])
  expect(ended.code).toBe(0)
  return ended
}

const changed = (ended: Ended) =>
  Object.fromEntries(
    Object.entries(summaryOf(ended).recap).map(([host, counts]) => [host, counts['changed']]),
  )
const logins = async () =>
  Number(await bastion.sh('journalctl --no-pager -u ssh | grep -c "Accepted publickey" || true'))
/** How often systemd has started a unit. */
const starts = (unit: string) =>
  Promise.all(
    web.map(async (host) =>
      Number(await host.sh(`journalctl --no-pager -u ${unit} | grep -c "Started ${unit}" || true`)),
    ),
  )
/** The certificates that hosts trust by themselves. */
const trusted = () => web[0].sh('cat /etc/ssl/certs/ca-certificates.crt; ls /usr/local/share/ca-certificates')
const ticket = () => ({ muster_proxy: `http://fleet:${PASSWORD}@${hosts.gateway}:${proxy.port}` })
/** Waits until AMP took something from each host after this moment. */
async function writesGoOn(): Promise<void> {
  const since = Date.now()
  await until(() => {
    const writers = cloud
      .requests()
      .filter((each) => each.operation === 'aps:RemoteWrite' && each.status === 200 && each.time > since)
    return new Set(writers.map(({ principal }) => principal)).size === web.length
  })
}

test('there is no other way than the proxy', async () => {
  const direct = await web[0].exec(`curl -sS --max-time 5 http://${hosts.gateway}:${gate.port}/`)
  expect(direct.exitCode).not.toBe(0)
  expect(gate.refused).toBe(1)
  gate.refused = 0
})

test('the main job through bastion and proxy, with the password nowhere but in one file', async () => {
  const before = await logins()
  const ended = await apply(ticket())
  expect(await logins()).toBe(before + 1)
  await writesGoOn()
  const asked = await proxy.asked()
  expect(asked).toContain(`POST http://${hosts.gateway}:${gate.port}/`)
  expect(asked.some((each) => each.endsWith('/api/v1/remote_write'))).toBe(true)
  expect(asked.filter((each) => each.endsWith('/node_exporter.tar.gz'))).toHaveLength(2)
  // Nobody tried to go around it.
  expect([gate.refused, filesGate.refused]).toEqual([0, 0])

  const runs = join(hosts.directory, 'state/muster/runs')
  const journals = await Promise.all(
    (await readdir(runs)).map((name) => readFile(join(runs, name, 'journal.jsonl'), 'utf8')),
  )
  const units = await web[0].sh(
    'systemctl show amazon-ssm-agent prometheus; ps -e -o args; systemctl cat prometheus',
  )
  for (const text of [ended.stdout, ended.stderr, ...journals, units])
    expect(text).not.toMatch(/ssword-of-the-fleet/)
  expect(await web[0].sh('stat -c "%a %U:%G" /etc/muster/network.env')).toBe('600 root:root\n')
  expect(
    await web[0].sh('grep -rlF ssword-of-the-fleet /etc /var/lib/prometheus /opt /usr/local || true'),
  ).toBe('/etc/muster/network.env\n')
})

test('a second run changes nothing and costs what it costs without bastion and proxy', async () => {
  const before = await logins()
  const ended = await apply(ticket())
  expect(changed(ended)).toEqual({ localhost: 0, web1: 0, web2: 0 })
  expect(summaryOf(ended).cost).toMatchObject({ channels: 2, requests: 2 })
  expect(await logins()).toBe(before + 1)
})

test('another proxy: agent and collector are started once more, and send through it', async () => {
  const old = proxy
  proxy = await Tinyproxy.start(hosts.directory, hosts.gateway)
  const before = [await starts('amazon-ssm-agent'), await starts('prometheus')]
  const muster_proxy = `http://${hosts.gateway}:${proxy.port}`
  // What stands in the file now has the former password in it, and the new content none: a diff must not show either.
  const plan = await muster(['plan', join(PLAYBOOKS, 'site.yaml'), '-D'], { muster_proxy })
  expect(plan.stdout).toContain('environment of what talks to AWS')
  expect(plan.stdout).not.toMatch(/ssword-of-the-fleet/)
  await apply({ muster_proxy })
  await old.stop()
  const after = [await starts('amazon-ssm-agent'), await starts('prometheus')]
  expect(after).toEqual(before.map((counts) => counts.map((count) => count + 1)))
  await writesGoOn()
  expect((await proxy.asked()).length).toBeGreaterThan(0)
  expect(gate.refused).toBe(0)
})

test.skipIf(otelcol === undefined || agent === undefined)(
  'the OpenTelemetry Collector and Grafana Agent send through it too (needs both in MUSTER_ARTIFACTS)',
  async () => {
    artifacts['otelcol-contrib'] = await productDeb(otelcolContrib, otelcol!)
    artifacts['grafana-agent'] = await productDeb(grafanaAgent, agent!)
    for (const playbook of ['otelcol.yaml', 'grafana-agent.yaml']) {
      await apply(
        { muster_proxy: `http://${hosts.gateway}:${proxy.port}` },
        { playbook, words: ['--limit', 'web1'] },
      )
      await writesGoOn()
      expect(gate.refused, playbook).toBe(0)
    }
  },
)

test('a proxy that looks into TLS: its CA is trusted by what muster set up, and by nobody else on the host', async () => {
  inspecting = await InspectingProxy.start(hosts.directory, hosts.gateway, cloud.port)
  const url = `http://${hosts.gateway}:${inspecting.port}`
  const variables = { muster_proxy: url, muster_ca_file: inspecting.caFile }
  // The controller is behind it as well, and nobody names an endpoint: all go to AWS's own names.
  const environment = { AWS_ENDPOINT_URL: '', https_proxy: url, NODE_EXTRA_CA_CERTS: inspecting.caFile }
  await apply(variables, { environment })
  await writesGoOn()
  const asked = new Set(inspecting.asked.map((each) => each.replace(/ws-[0-9a-f-]{36}/g, 'ws')))
  for (const each of ['ssm.eu-central-1.amazonaws.com/', 'iam.amazonaws.com/'])
    expect(asked).toContain(`POST ${each}`)
  for (const each of ['remote_write', 'query'])
    expect(asked).toContain(`POST aps.eu-central-1.amazonaws.com/workspaces/ws/api/v1/${each}`)
  expect(await trusted()).toBe(store)
  const curl = (words: string) =>
    web[0].exec(`${words} https_proxy=${url} curl -s -o /dev/null https://ssm.eu-central-1.amazonaws.com/`)
  expect((await curl('')).exitCode).toBe(60)
  expect((await curl('SSL_CERT_FILE=/etc/muster/ca.pem')).exitCode).toBe(0)

  // Before a host has the CA, `muster doctor` looks through the proxy with it all the same.
  await web[1].sh('mv /etc/muster/ca.pem /root/')
  const doctor = JSON.parse((await muster(['doctor', '--json'], variables, environment)).stdout) as Doctor
  const ssm = doctor.findings.filter(({ check, where }) => check === 'ssm' && where !== 'controller')
  expect(ssm.map(({ where, status }) => [where, status])).toEqual([
    ['web1', 'ok'],
    ['web2', 'ok'],
  ])
  expect(ssm[0]?.found).toMatch(new RegExp(`through ${url} answers as AWS does$`))
  expect(ssm[1]?.found).toMatch(/answers as AWS does, with the CA of muster_ca_file$/)
  await web[1].sh('mv /root/ca.pem /etc/muster/')

  const system = { ...variables, muster_ca_system: true }
  await apply(system, { environment })
  expect((await curl('')).exitCode).toBe(0)
  expect(changed(await apply(system, { environment }))).toMatchObject({ web1: 0, web2: 0 })
  // Else what was just started would look for the CA only when it is gone, and wait a minute for somebody to take its series.
  await writesGoOn()
})

test('private endpoints: agent, collector and proof go there, past the proxy; what was trusted is forgotten', async () => {
  open = await Gate.open(hosts.gateway, cloud.port, () => true)
  const endpoint = `http://${hosts.gateway}:${open.port}`
  const muster_endpoints = { ssm: endpoint, ec2messages: endpoint, 'aps-workspaces': endpoint }
  const variables = { muster_proxy: `http://${hosts.gateway}:${proxy.port}`, muster_endpoints }
  await apply(variables)
  const [before, passed] = [(await proxy.asked()).length, open.passed]
  await writesGoOn()
  expect(open.passed).toBeGreaterThan(0)
  // The controller asks there too.
  const verified = await muster(['verify'], variables)
  expect(verified.stdout).toContain('2 of 2 hosts proved')
  expect(open.passed).toBeGreaterThan(passed)
  expect((await proxy.asked()).length).toBe(before)
  expect(await web[0].sh('cat /etc/amazon/ssm/amazon-ssm-agent.json')).toContain(endpoint)
  expect(await trusted()).toBe(store)
  expect(await web[0].sh('ls /etc/muster')).not.toContain('ca.pem')
})

test('nothing set any more: what was there goes, and agent and collector are started without it', async () => {
  const endpoint = `http://${hosts.gateway}:${open!.port}`
  const muster_endpoints = { ssm: endpoint, ec2messages: endpoint, 'aps-workspaces': endpoint }
  await apply({ muster_endpoints })
  await writesGoOn()
  expect(await web[0].sh('ls /etc/muster')).not.toMatch(/network|ca\.pem/)
  expect(
    await web[0].sh("cat /proc/$(systemctl show -P MainPID prometheus)/environ | tr '\\0' '\\n'"),
  ).not.toMatch(/proxy/)
  expect(await web[0].sh('systemctl show -P EnvironmentFiles amazon-ssm-agent')).not.toContain('network.env')
})

test('offboarding leaves nothing of the way to AWS', async () => {
  await apply({}, { playbook: 'offboard.yaml' })
  for (const host of web)
    expect(
      await host.sh(
        "find / -xdev -path /proc -prune -o -name '*muster*' -print; ls /etc/systemd/system | grep -i 'ssm\\|prometheus' || true",
      ),
    ).toBe('')
})
