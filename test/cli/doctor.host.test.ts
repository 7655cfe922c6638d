import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cloud, startCloud } from '../../src/emulator/cloud.ts'
import type { DoctorRow } from '../../src/report/doctor.ts'
import { startHosts, type TestHosts } from '../hosts/index.ts'
import { RunningMuster, summaryOf } from '../run/muster.ts'

const DOCTOR = join(import.meta.dirname, '../../playbooks/doctor.yaml')

// One host that is well, and one for each thing that keeps hosts from being managed.
let hosts: TestHosts
let cloud: Cloud
let rows: readonly DoctorRow[]
let table: string
let before: readonly string[]

const NAMES = ['well', 'no-route', 'wrong-clock', 'full-disk', 'port-taken', 'dead'] as const
const named = (name: (typeof NAMES)[number]) => hosts.hosts[NAMES.indexOf(name)]!
const of = (where: string, check: string) => rows.find((row) => row.where === where && row.check === check)

/** What a look could leave behind. */
const traces = (host: { sh(script: string): Promise<string> }) =>
  host.sh(
    'find /etc /home /opt /root /tmp /usr /var/cache /var/lib -newer /run/before ! -path "*/systemd/*" | sort',
  )

beforeAll(async () => {
  hosts = await startHosts(NAMES.length, {
    each: NAMES.map((name) => ({ name, ...(name === 'full-disk' ? { tmpfs: { '/opt': 'size=2m' } } : {}) })),
  })
  cloud = await startCloud({ addresses: ['127.0.0.1', hosts.gateway] })
  await Promise.all([
    named('wrong-clock').sh(`cat >/usr/local/bin/date <<'FAKE'
#!/bin/sh
[ "$*" != +%s ] || exec /bin/date -d "@$(($(/bin/date +%s) + 3600))" +%s
exec /bin/date "$@"
FAKE
chmod 755 /usr/local/bin/date`),
    named('port-taken').sh('systemd-run --unit=blackbox busybox httpd -f -p 9100'),
    named('dead').kill(),
    named('well').sh('touch /run/before'),
  ])
  const inventory = join(hosts.directory, 'doctor.yaml')
  const url = cloud.url(hosts.gateway)
  const endpoints = { ssm: url, ssmmessages: url, ec2messages: url, 'aps-workspaces': url }
  await writeFile(
    inventory,
    JSON.stringify({
      all: {
        vars: {
          muster_region: 'eu-central-1',
          muster_role: 'muster-node',
          muster_workspace: 'muster',
          muster_endpoints: endpoints,
          ansible_user: 'ops',
          ansible_host: '127.0.0.1',
          ansible_timeout: 5,
          ansible_ssh_private_key_file: hosts.privateKeyFile,
          ansible_ssh_common_args: `-o UserKnownHostsFile=${hosts.knownHostsFile}`,
        },
        hosts: Object.fromEntries(
          hosts.hosts.map(({ name, port }) => [
            name,
            {
              ansible_port: port,
              // Nobody has this port there; the answer is a refusal, as a firewall's may be.
              ...(name === 'no-route'
                ? { muster_endpoints: { ...endpoints, ssmmessages: `http://${hosts.gateway}:1` } }
                : {}),
            },
          ]),
        ),
      },
    }),
  )
  const environment = { ...cloud.environment(), XDG_STATE_HOME: hosts.directory }
  before = [await traces(named('well'))]
  const [json, text] = await Promise.all(
    [['--json'], []].map(
      (words) => new RunningMuster(['doctor', '-i', inventory, ...words], { environment }).ended,
    ),
  )
  rows = (JSON.parse(json!.stdout) as { findings: DoctorRow[] }).findings
  table = text!.stdout
  expect([json!.code, text!.code]).toEqual([2, 2])
})
afterAll(() => Promise.allSettled([cloud?.close(), hosts?.stop()]))

test('a host that is well has nothing in its way', () => {
  const found = rows.filter(({ where, status }) => where === 'well' && status !== 'ok')
  expect(found).toEqual([])
  expect(rows.filter(({ where }) => where === 'well').length).toBeGreaterThanOrEqual(12)
})

test('and is asked in one request', async () => {
  const words = ['plan', DOCTOR, '-i', join(hosts.directory, 'doctor.yaml'), '--limit', 'well', '--json']
  const environment = { ...cloud.environment(), XDG_STATE_HOME: hosts.directory }
  const { cost } = summaryOf(await new RunningMuster(words, { environment }).ended)
  expect(cost).toMatchObject({ handshakes: 1, channels: 1, requests: 1 })
})

test('nothing is changed there', async () => {
  expect([await traces(named('well'))]).toEqual(before)
})

test.each<[(typeof NAMES)[number], string, RegExp, RegExp]>([
  ['no-route', 'ssmmessages', /^no TCP connection to .* port 1/, /firewall|muster_proxy/],
  ['wrong-clock', 'clock', /^3(?:599|600|601) s ahead of AWS/, /chrony/],
  ['full-disk', 'disk', /^[012] MiB left on \/opt/, /make room/],
  [
    'port-taken',
    'ports',
    /^port 9100, .* is taken by .*blackbox\.service/,
    /systemctl disable --now blackbox/,
  ],
])('%s: the cause, and what to do', (where, check, found, next) => {
  expect(of(where, check)).toMatchObject({ status: 'failed' })
  expect(of(where, check)?.found).toMatch(found)
  expect(of(where, check)?.next).toMatch(next)
  // And nothing else is said against it.
  expect(rows.filter((row) => row.where === where && row.status === 'failed')).toHaveLength(1)
})

test('a host that is dead is told as that, and holds up no other', () => {
  expect(of('dead', 'connection')).toMatchObject({ status: 'failed', next: expect.any(String) })
  expect(table).toMatch(/^dead +connection +failed /m)
  expect(table).toContain('1 of 6 hosts ready')
})
