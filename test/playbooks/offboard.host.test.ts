import { DeregisterManagedInstanceCommand } from '@aws-sdk/client-ssm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { collectors } from '../artifacts/releases/index.ts'
import { clients } from '../emulator/clients.ts'
import { type Snapshot, takeSnapshot } from '../hosts/snapshot.ts'
import { RunningMuster } from '../run/muster.ts'
import { type Artifact, CollectorLab, outcome } from './collectors/collector-lab.ts'

// A host before anything was done to it, and after it was brought in and taken away again: the same, exactly.
let lab: CollectorLab
let artifacts: Record<string, Artifact>
let before: Snapshot
beforeAll(async () => {
  const { prometheus, nodeExporter } = await collectors()
  artifacts = { prometheus, node_exporter: nodeExporter }
  lab = await CollectorLab.start()
  // Somebody's own, beside what muster puts there.
  await lab.host.sh(
    'mkdir -p /opt/theirs /root/.aws /var/lib/amazon/other && echo x | tee /opt/theirs/file >/root/.aws/config',
  )
  before = await takeSnapshot(lab.host)
})
afterAll(() => lab.stop())

test('brought in with Prometheus and node_exporter, the host is another one', async () => {
  outcome(await lab.apply('prometheus.yaml', artifacts))
  const during = await takeSnapshot(lab.host)
  for (const part of Object.keys(before) as (keyof Snapshot)[])
    expect(during[part], part).not.toBe(before[part])
  expect(lab.cloud.inspect.nodes()).toHaveLength(1)
})

test('a plan says what would go, and touches nothing', async () => {
  const plan = await lab.plan('offboard.yaml', artifacts)
  expect(plan.code).toBe(2)
  expect(plan.stdout).toContain(lab.cloud.inspect.nodes()[0]!.id)
  expect(await lab.host.sh('systemctl is-active prometheus amazon-ssm-agent')).toBe('active\nactive\n')
  expect(lab.cloud.inspect.nodes()).toHaveLength(1)
})

test('taken away again, it is as before, and no node is left', async () => {
  expect(outcome(await lab.apply('offboard.yaml', artifacts)).changed).toBe(4)
  expect(await takeSnapshot(lab.host)).toEqual(before)
  expect(lab.cloud.inspect.nodes()).toEqual([])
})

test('a second time nothing changes, for one request', async () => {
  expect(outcome(await lab.apply('offboard.yaml', artifacts))).toEqual({ changed: 0, requests: 1 })
})

test('where the node is gone already, and the package too, the rest goes all the same', async () => {
  outcome(await lab.apply('onboard.yaml', artifacts))
  const [node] = lab.cloud.inspect.nodes()
  await clients(lab.cloud).ssm.send(new DeregisterManagedInstanceCommand({ InstanceId: node!.id }))
  await lab.host.sh('dpkg -P amazon-ssm-agent')
  expect(await lab.host.sh('ls /var/lib/amazon/ssm/Vault/Store')).toContain('RegistrationKey')
  outcome(await lab.apply('offboard.yaml', artifacts))
  expect(await takeSnapshot(lab.host)).toEqual(before)
})

test('destroy then takes the rest from the account', async () => {
  const environment = lab.cloud.environment()
  const { code, stdout } = await new RunningMuster(['destroy', '--yes'], { environment }).ended
  expect(stdout).toContain('2 of 2 removed')
  expect(code).toBe(0)
  const { activations, nodes, roles, workspaces } = lab.cloud.inspect
  expect([...activations(), ...nodes(), ...roles(), ...workspaces()]).toEqual([])
})
