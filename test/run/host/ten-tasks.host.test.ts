import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { HostProcess } from '../../../bench/host-processes.ts'
import { withHostUsage } from '../../../bench/host-usage.ts'
import { musterRun } from '../../../bench/muster.ts'
import { startCloud } from '../../../src/emulator/cloud.ts'
import { buildAgentDeb } from '../../agent/build-agent-deb.ts'
import { clients } from '../../emulator/clients.ts'
import { makeRole } from '../../emulator/role.ts'
import { startHosts, type TestHost } from '../../hosts/index.ts'

// What ten tasks cost a host, counted: processes and requests, not time.

/** Names and how often each was started, for the message of a count that is too high. */
function listed(processes: readonly HostProcess[]): string {
  const names = Map.groupBy(processes, ({ name }) => name)
  const counts = [...names].map(([name, { length }]) => [length, name] as const)
  return counts
    .toSorted(([a], [b]) => b - a)
    .map(([count, name]) => `${count} ${name}`)
    .join(', ')
}

test('ten tasks: a request for each change and 260 processes on the first run; one and 22 when nothing is to be done', async () => {
  const deb = await buildAgentDeb('3.3.9999.0', 1 << 20)
  await using hosts = await startHosts(1)
  const cloud = await startCloud({ addresses: [hosts.gateway] })
  const state = await mkdtemp(join(tmpdir(), 'muster-ten-'))
  try {
    await makeRole(clients(cloud).iam, 'ten')
    const configuration = { Ssm: { Endpoint: cloud.url() }, Identity: { ConsumptionOrder: ['OnPrem'] } }
    const variables = {
      agent_deb: deb.path,
      agent_role: 'ten',
      agent_configuration: `${JSON.stringify(configuration)}\n`,
    }
    const environment = { ...cloud.environment(), XDG_STATE_HOME: state }
    const run = () => musterRun(hosts.inventoryFile, variables, environment)
    const first = await withHostUsage(hosts, run)
    const host = hosts.hosts[0] as TestHost
    expect(first.recap[host.name]).toMatchObject({ failed: 0, unreachable: 0, changed: 11 })
    // A request for each change, one more for the pushed file, one to look, one after the wait for Online.
    expect(first.cost.requests).toBeLessThanOrEqual(12 + 3)
    expect(first.processes.length, listed(first.processes)).toBeLessThanOrEqual(260)
    const second = await withHostUsage(hosts, run)
    expect(second.recap[host.name]).toMatchObject({ failed: 0, changed: 0 })
    expect(second.cost).toMatchObject({ handshakes: 1, channels: 1, requests: 1 })
    expect(second.processes.length, listed(second.processes)).toBeLessThanOrEqual(22)
  } finally {
    await cloud.close()
    await rm(state, { recursive: true, force: true })
  }
})
