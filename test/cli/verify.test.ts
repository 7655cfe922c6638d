import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateWorkspaceCommand } from '@aws-sdk/client-amp'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Cloud, startCloud } from '../../src/emulator/cloud.ts'
import { administrator, clients } from '../emulator/clients.ts'
import { encodeWrite, remoteWrite } from '../emulator/remote-write.ts'
import { RunningMuster } from '../run/muster.ts'

// Hosts are this machine, which is no managed node: the series are proved, Systems Manager's part fails.
// The whole proof is in test/run/site.host.test.ts.

let folder: string
let cloud: Cloud

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-verify-'))
  cloud = await startCloud()
})
afterEach(async () => {
  await cloud.close()
  await rm(folder, { recursive: true, force: true })
})

async function verify(...words: string[]) {
  return verifyHosts({ web01: {}, web02: { proof_series: ['up', 'load'] }, web03: {} }, words)
}

async function verifyHosts(hosts: object, words: readonly string[] = []) {
  const inventory = join(folder, 'inventory.yaml')
  const vars = {
    muster_region: 'eu-central-1',
    muster_workspace: 'fleet',
    ansible_connection: 'local',
    ansible_become: false,
  }
  await writeFile(inventory, JSON.stringify({ all: { vars, hosts } }))
  const environment = { ...cloud.environment(), XDG_STATE_HOME: folder, XDG_CACHE_HOME: folder }
  return new RunningMuster(['verify', '-i', inventory, ...words], { environment }).ended
}

const write = (workspace: string, name: string, host: string, age = 0) =>
  remoteWrite(
    cloud,
    workspace,
    administrator(cloud),
    encodeWrite([
      {
        labels: { __name__: name, host, instance_id: 'mi-1' },
        samples: [{ timestamp: Date.now() - age * 1000, value: 1 }],
      },
    ]),
  )

describe('muster verify', () => {
  test('asks once for each series, whatever the number of hosts, and tells who sends', async () => {
    const { workspaceId } = await clients(cloud).amp.send(new CreateWorkspaceCommand({ alias: 'fleet' }))
    for (const name of ['up', 'node_netstat_Tcp_InSegs', 'go_gc_duration_seconds_count'])
      await write(workspaceId!, name, 'web01')
    await write(workspaceId!, 'prometheus_build_info', 'web01')
    await write(workspaceId!, 'up', 'web02', 200)
    await write(workspaceId!, 'up', 'somebody')
    const { code, stdout } = await verify()
    expect(code).toBe(3)
    expect(stdout).toMatch(
      /^web01 +- +- +prometheus +3 of 3 +\d+ s ago\n {4}not registered with Systems Manager$/m,
    )
    expect(stdout).toMatch(
      /^web02 .*0 of 2 +20\d s ago\n.*no sample of the last five minutes: load; up is 20\d s old$/m,
    )
    expect(stdout).toMatch(/^web03 +- +- +- +0 of 3 +-$/m)
    expect(stdout).toMatch(
      /0 of 3 hosts proved\n\nSend, and are not in the inventory.*\n {4}somebody {2}mi-1/,
    )
    // Eleven known series and one of web02's own.
    expect(cloud.counts()['aps:QueryMetrics']).toBe(12)
  })

  test('asks for each host in the workspace of its own region', async () => {
    const { workspaceId: eu } = await clients(cloud).amp.send(new CreateWorkspaceCommand({ alias: 'fleet' }))
    const { workspaceId: us } = await clients(cloud, { region: 'us-east-1' }).amp.send(
      new CreateWorkspaceCommand({ alias: 'fleet' }),
    )
    expect(cloud.inspect.workspaces().map(({ region }) => region)).toEqual(['eu-central-1', 'us-east-1'])
    await write(eu!, 'up', 'web01')
    // What is in the other region's workspace is not web02's proof.
    await write(eu!, 'up', 'web02')
    const series = { proof_series: ['up'] }
    const hosts = { web01: series, web02: { ...series, muster_region: 'us-east-1' } }
    const { code, stdout } = await verifyHosts(hosts)
    expect(code).toBe(3)
    expect(stdout).toMatch(/^web01 .* 1 of 1 /m)
    expect(stdout).toMatch(/^web02 .* 0 of 1 /m)
    const asked = cloud.requests().filter(({ operation }) => operation === 'aps:QueryMetrics')
    expect(new Set(asked.map(({ needs }) => needs[0]?.resource))).toEqual(
      new Set([
        `arn:aws:aps:eu-central-1:123456789012:workspace/${eu}`,
        `arn:aws:aps:us-east-1:123456789012:workspace/${us}`,
      ]),
    )
  })

  test('tells a pipeline the same as its last line', async () => {
    const { workspaceId } = await clients(cloud).amp.send(new CreateWorkspaceCommand({ alias: 'fleet' }))
    await write(workspaceId!, 'up', 'web02')
    const { code, stdout } = await verify('--json', '--limit', 'web02')
    expect(code).toBe(3)
    const last = JSON.parse(stdout.trim().split('\n').at(-1)!)
    expect(last).toMatchObject({
      type: 'proof',
      hosts: [
        {
          host: 'web02',
          ssm: { node: null, ping: null },
          series: [
            { series: 'up', fresh: true },
            { series: 'load', age: null, fresh: false },
          ],
          problem: expect.stringContaining('not registered'),
        },
      ],
      strangers: [],
    })
  })

  test('says when there is no workspace, and makes none', async () => {
    const { code, stdout } = await verify()
    expect(code).toBe(3)
    expect(stdout).toContain('there is no workspace fleet in eu-central-1')
    expect(cloud.inspect.workspaces()).toEqual([])
  })
})
