import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { withHostUsage } from '../../bench/host-usage.ts'
import { musterRun } from '../../bench/muster.ts'
import { startCloud } from '../../src/emulator/cloud.ts'
import { buildAgentDeb } from '../agent/build-agent-deb.ts'
import { clients } from '../emulator/clients.ts'
import { makeRole } from '../emulator/role.ts'
import { startHosts, type TestHost } from '../hosts/index.ts'

// What ten tasks cost a host, counted: processes and requests, not time.

/** What the agent starts by itself while muster works: its worker looks around twice a second. */
const OTHERS = "-f '[s]sm-agent-worker|[/]amazon-ssm-agent'"

test('ten tasks: a request for each change on the first run; 22 processes and one request when nothing is to be done', async () => {
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
    // The agent starts hundreds of processes by itself here, so that those of muster cannot be told apart by counting.
    const first = await run()
    const host = hosts.hosts[0] as TestHost
    expect(first.recap[host.name]).toMatchObject({ failed: 0, unreachable: 0, changed: 11 })
    // A request for each change, one more for the pushed file, one to look, one after the wait for Online.
    expect(first.cost.requests).toBeLessThanOrEqual(12 + 3)
    await host.sh(`pkill -STOP ${OTHERS}`)
    const second = await withHostUsage(hosts, run)
    expect(second.recap[host.name]).toMatchObject({ failed: 0, changed: 0 })
    expect(second.cost).toMatchObject({ handshakes: 1, channels: 1, requests: 1 })
    expect(second.processes).toBeLessThanOrEqual(22)
  } finally {
    await cloud.close()
    await rm(state, { recursive: true, force: true })
  }
})
