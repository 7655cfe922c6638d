import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EXAMPLE_PLACE, JOBS, policyDocument, policyFor } from '../../scripts/docs/iam/policies.ts'
import { allows } from '../../src/emulator/auth/evaluate.ts'
import type { TestHost } from '../hosts/index.ts'
import { changes, Lab, limits, until } from './lab.ts'
import { summaryOf } from './muster.ts'

const SITE = join(import.meta.dirname, '../../playbooks/site.yaml')

const STATEMENTS = policyFor(JOBS.site, EXAMPLE_PLACE)

// The main job as users run it, with a real Prometheus, under tokens that live for seconds.
let lab: Lab
let hosts: readonly [TestHost, TestHost]
beforeAll(async () => {
  lab = await Lab.ofSite(2, { credentials_expire_in: 3 })
  hosts = lab.hosts as [TestHost, TestHost]
  lab.cloud.settings.tokenLifetime = 20
  // The controller may do what docs/iam.md says, and nothing else.
  lab.policies = [policyDocument(STATEMENTS)]
})
afterAll(() => lab.stop())

/** The newest sample of a host's `up` in AMP, milliseconds. */
function newest(host: TestHost): number {
  const [workspace] = lab.cloud.inspect.workspaces()
  const series = lab.cloud.inspect
    .series(workspace?.id ?? '')
    .filter(({ labels }) => labels['__name__'] === 'up' && labels['host'] === host.name)
  return Math.max(0, ...series.map(({ samples }) => samples.at(-1)?.timestamp ?? 0))
}

test('the first run brings bare hosts from nothing to series in AMP', async () => {
  const ended = await lab.apply({ playbook: SITE })
  expect(summaryOf(ended).failures).toEqual([])
  expect(ended.code).toBe(0)
  expect(limits(ended)).toEqual([2])
  expect(lab.cloud.inspect.activations()).toEqual([])
  expect(lab.cloud.inspect.nodes()).toHaveLength(2)
  const proofs = ended.events.filter(({ type, task }) => type === 'task' && task === 'series in AMP')
  expect(proofs.map(({ host, status }) => [host, status]).sort()).toEqual([
    ['host1', 'ok'],
    ['host2', 'ok'],
  ])
  for (const host of hosts) expect(newest(host)).toBeGreaterThan(0)
})

test('the second run changes nothing, makes no activation, and costs each host one request', async () => {
  const [ended, made] = await lab.asked('ssm:CreateActivation', () => lab.apply({ playbook: SITE }))
  expect(ended.code).toBe(0)
  expect(changes(ended)).toEqual({ localhost: 0, host1: 0, host2: 0 })
  expect(made).toBe(0)
  expect(summaryOf(ended).cost).toMatchObject({ handshakes: 2, channels: 2, requests: 2 })
  expect((await lab.plan({ playbook: SITE })).code).toBe(0)
})

test('Prometheus delivers through five rotations of its keys, without a restart and without a refusal', async () => {
  const services = 'systemctl show -p MainPID -p NRestarts -p ActiveEnterTimestampMonotonic prometheus'
  const before = await Promise.all(hosts.map((host) => host.sh(services)))
  const began = Date.now()
  const written = lab.cloud.inspect.nodes().map(
    ({ id }) =>
      () =>
        lab.cloud
          .requests()
          .filter(
            ({ operation, principal, time }) =>
              operation === 'aps:RemoteWrite' && principal === id && time >= began,
          ),
  )
  // Six keys are five rotations.
  await until(() => written.every((of) => new Set(of().map(({ accessKeyId }) => accessKeyId)).size >= 6))
  const rotated = Date.now()
  for (const of of written) expect(of().filter(({ status }) => status !== 200)).toEqual([])
  expect(
    lab.cloud
      .requests()
      .filter(
        ({ operation, status, time }) => operation === 'aps:RemoteWrite' && status === 403 && time >= began,
      ),
  ).toEqual([])
  await until(() => hosts.every((host) => newest(host) > rotated))
  expect(await Promise.all(hosts.map((host) => host.sh(services)))).toEqual(before)
})

test('the doctor finds nothing in the way of hosts that are at work, and knows agent, collectors and ports as theirs', async () => {
  const url = lab.cloud.environment(new URL(lab.environment['AWS_ENDPOINT_URL']!).hostname)[
    'AWS_ENDPOINT_URL'
  ]!
  const services = ['ssm', 'ssmmessages', 'ec2messages', 'aps-workspaces']
  const muster_endpoints = Object.fromEntries(services.map((service) => [service, url]))
  const looked = await lab.plan({
    playbook: join(import.meta.dirname, '../../playbooks/doctor.yaml'),
    hosts: Object.fromEntries(hosts.map(({ name }) => [name, { muster_endpoints }])),
  })
  const findings = looked.events.flatMap(
    ({ host, result }) =>
      (result?.['findings'] as { check: string; status: string; found: string }[] | undefined)?.map(
        (finding) => ({ host, ...finding }),
      ) ?? [],
  )
  expect(findings.filter(({ status }) => status !== 'ok')).toEqual([])
  const of = (check: string) => findings.find((one) => one.host === 'host1' && one.check === check)?.found
  expect(of('agent')).toMatch(/^registered as mi-/)
  expect(of('collectors')).toBe('prometheus, node_exporter')
  expect(of('workspace') ?? findings.find(({ check }) => check === 'workspace')?.found).toContain('ACTIVE')
})

test('verify proves both hosts, and finds the one that lost its registration', async () => {
  const proved = await lab.verify({ output: [] })
  expect(proved.stdout).toContain('2 of 2 hosts proved')
  expect(proved.code).toBe(0)
  await hosts[1].sh('rm -rf /var/lib/amazon/ssm/Vault')
  const lost = await lab.verify({ output: [] })
  expect(lost.stdout).toContain('1 of 2 hosts proved')
  expect(lost.code).toBe(3)
})

test('all of it was done with the least policy, which has nothing more', () => {
  const asked = lab.cloud.requests().filter(({ principal }) => principal === 'bastion')
  expect(asked.filter(({ status }) => status === 403)).toEqual([])
  const needs = asked.flatMap((request) => request.needs)
  const idle = STATEMENTS.flatMap(({ Action }) => Action).filter((action) => {
    const without = STATEMENTS.map((each) => ({
      ...each,
      Action: each.Action.filter((one) => one !== action),
    }))
    const document = policyDocument(without.filter((each) => each.Action.length > 0))
    return needs.every((needed) => allows([document], needed))
  })
  // Asked for where a run was ended between a registration and the tag that says whose the node is (test/docs/iam.test.ts).
  expect(idle).toEqual(['ssm:ListTagsForResource'])
})
