import { DeregisterManagedInstanceCommand } from '@aws-sdk/client-ssm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { collectors } from '../artifacts/index.ts'
import { clients } from '../emulator/clients.ts'
import { RunningMuster } from '../run/muster.ts'
import { type Artifact, CollectorLab, outcome } from './collector-lab.ts'

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
  before = await snapshot()
})
afterAll(() => lab.stop())

interface Snapshot {
  readonly packages: string
  readonly units: string
  readonly accounts: string
  readonly listening: string
  /** Path, kind, mode, owner, and target or SHA-256 of everything there. */
  readonly files: string
}

const TREES = '/etc /opt /usr/local /usr/lib/systemd /var/lib /root /home /srv'
// What programs that muster uses keep for themselves, and what changes with time: useradd's copies of the state before,
// the lists of dpkg and apt (the packages are compared by name), systemd's random seed and clock, logs of logins.
const THEIR_OWN = [
  ...['/etc/passwd-', '/etc/group-', '/etc/shadow-', '/etc/gshadow-', '/etc/.pwd.lock'],
  ...['/etc/subuid-', '/etc/subgid-', '/var/lib/dpkg/*', '/var/lib/apt/*', '/var/lib/systemd/*'],
]

async function snapshot(): Promise<Snapshot> {
  const { host } = lab
  const ignored = THEIR_OWN.map((path) => `! -path '${path}'`).join(' ')
  return {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg's own
    packages: await host.sh("dpkg-query -W -f '${Package} ${Version} ${db:Status-Status}\\n' | sort"),
    units: await host.sh(
      "systemctl list-unit-files --no-legend --no-pager | sort; systemctl list-units --all --no-legend --plain --type=service,socket,timer | awk '{ print $1, $3, $4 }' | grep -v '^session-\\|^user@\\|^user-runtime-dir@' | sort",
    ),
    accounts: await host.sh('cat /etc/passwd /etc/group /etc/shadow /etc/gshadow'),
    listening: await host.sh("ss -Hltn | awk '{ print $4 }' | sort"),
    files: await host.sh(
      `find ${TREES} -xdev ${ignored} -printf '%p %y %m %u:%g %l\\n' | sort; find ${TREES} -xdev -type f ${ignored} -exec sha256sum {} + | sort -k 2`,
    ),
  }
}

test('brought in with Prometheus and node_exporter, the host is another one', async () => {
  outcome(await lab.apply('prometheus.yaml', artifacts))
  const during = await snapshot()
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
  expect(await snapshot()).toEqual(before)
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
  expect(await snapshot()).toEqual(before)
})

test('destroy then takes the rest from the account', async () => {
  const environment = lab.cloud.environment()
  const { code, stdout } = await new RunningMuster(['destroy', '--yes'], { environment }).ended
  expect(stdout).toContain('2 of 2 removed')
  expect(code).toBe(0)
  const { activations, nodes, roles, workspaces } = lab.cloud.inspect
  expect([...activations(), ...nodes(), ...roles(), ...workspaces()]).toEqual([])
})
