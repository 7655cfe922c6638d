import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateWorkspaceCommand } from '@aws-sdk/client-amp'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { runFromWords } from '../../../src/cli/run-command.ts'
import { type Cloud, startCloud } from '../../../src/emulator/cloud.ts'
import type { RunEvent } from '../../../src/run/record/events.ts'
import { jsonOf } from '../../../src/values/json-value.ts'
import { administrator, clients } from '../../emulator/clients.ts'
import { encodeWrite, remoteWrite } from '../../emulator/remote-write.ts'

// The proof at the end of a play is the gate to the next batch. Hosts are this machine; their series are written here.

let folder: string
let cloud: Cloud
let workspace: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-gate-'))
  cloud = await startCloud()
  for (const [name, value] of Object.entries(cloud.environment())) vi.stubEnv(name, value)
  vi.stubEnv('XDG_STATE_HOME', join(folder, 'state'))
  workspace = (await clients(cloud).amp.send(new CreateWorkspaceCommand({}))).workspaceId!
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await cloud.close()
  await rm(folder, { recursive: true, force: true })
})

const sends = (...hosts: string[]) =>
  remoteWrite(
    cloud,
    workspace,
    administrator(cloud),
    encodeWrite(
      hosts.map((host) => ({
        labels: { __name__: 'up', host },
        samples: [{ timestamp: Date.now(), value: 1 }],
      })),
    ),
  )
const queries = () => cloud.counts()['aps:QueryMetrics'] ?? 0

async function apply(
  options: { hosts: string[]; serial?: string | number; timeout?: number; mode?: 'apply' | 'plan' },
  listen: (event: RunEvent) => void = () => {},
) {
  const { hosts, serial = '100%', timeout = 0, mode = 'apply' } = options
  const inventory = join(folder, 'inventory.yaml')
  await writeFile(
    inventory,
    JSON.stringify({ all: { hosts: Object.fromEntries(hosts.map((host) => [host, {}])) } }),
  )
  await writeFile(
    join(folder, 'play.yaml'),
    `- name: Hosts
  hosts: all
  gather_facts: false
  serial: ${serial}
  max_fail_percentage: 40
  tasks:
    - name: collector
      copy: { dest: "${folder}/{{ inventory_hostname }}", content: x }
      register: collector
      notify: restart
  post_tasks:
    - name: proof
      amp_series:
        workspace_id: ${workspace}
        labels: { host: "{{ inventory_hostname }}" }
        series: [up]
        timeout: ${timeout}
  handlers:
    - name: restart
      command: "true"
`,
  )
  const events: RunEvent[] = []
  const result = await runFromWords(
    mode,
    join(folder, 'play.yaml'),
    { inventory: [inventory], connection: 'local', forks: 1 },
    (event) => {
      events.push(event)
      listen(event)
    },
  )
  const ended = events.find((event) => event.type === 'run-ended')
  const story = events.flatMap((event) =>
    event.type === 'task' && event.item === undefined ? `${event.host} ${event.status} ${event.task}` : [],
  )
  return { ...result, events, story, requests: ended?.cost.requests }
}

describe('the proof as a gate', () => {
  test('comes after the handlers, and costs a host that has nothing to do no request', async () => {
    await sends('a')
    const first = await apply({ hosts: ['a'] })
    expect(first.story).toEqual(['a changed collector', 'a changed restart', 'a ok proof'])
    const second = await apply({ hosts: ['a'] })
    expect(second.story).toEqual(['a ok collector', 'a ok proof'])
    expect(second.requests).toBe(1)
  })

  test('of a batch counts against the budget, and then the next batch does not begin', async () => {
    await sends('a', 'c', 'd')
    const { story, exitCode, failures, events } = await apply({ hosts: ['a', 'b', 'c', 'd'], serial: 2 })
    expect(exitCode).toBe(2)
    expect(story.filter((line) => line.endsWith('proof')).sort()).toEqual(['a ok proof', 'b failed proof'])
    expect(story.some((line) => line.startsWith('c') || line.startsWith('d'))).toBe(false)
    expect(failures.map(({ host, status }) => [host, status])).toEqual([
      ['b', 'failed'],
      ['c', 'cancelled'],
      ['d', 'cancelled'],
    ])
    expect(events.find((event) => event.type === 'stopped')).toMatchObject({
      reason: '1 of 2 hosts of the batch failed or were unreachable, more than max_fail_percentage 40 allows',
    })
  })

  test('lets the next batch begin when the budget bears it', async () => {
    await sends('a', 'b', 'd')
    const { story, exitCode } = await apply({ hosts: ['a', 'b', 'c', 'd'], serial: 3 })
    expect(exitCode).toBe(2)
    expect(story).toContain('c failed proof')
    expect(story).toContain('d ok proof')
  })

  test('waits without a place at work, so that more hosts than places wait together', async () => {
    // The samples of all arrive when the last host waits: with one place at work that each of them kept while it
    // waits, the last one never would.
    const waiting = new Set<string>()
    const hosts = ['a', 'b', 'c']
    const { exitCode, story } = await apply({ hosts, timeout: 120 }, (event) => {
      if (event.type !== 'phase' || event.phase !== 'wait') return
      waiting.add(event.host)
      if (waiting.size === hosts.length) void sends(...hosts)
    })
    expect(exitCode).toBe(0)
    expect(story.filter((line) => line.endsWith('ok proof')).length).toBe(3)
  })

  test('asks once for all hosts of a batch, and in a plan too', async () => {
    const hosts = Array.from({ length: 12 }, (_, number) => `host${number}`)
    await sends(...hosts)
    const { exitCode } = await apply({ hosts })
    expect(exitCode).toBe(0)
    expect(queries()).toBe(1)
    expect(cloud.counts()['aps:DescribeWorkspace']).toBe(1)
    const { events } = await apply({ hosts, mode: 'plan' })
    expect(queries()).toBe(2)
    const proofs = events.flatMap((event) =>
      event.type === 'task' && event.task === 'proof' ? [jsonOf(event.result.get('series')!)] : [],
    )
    expect(proofs).toHaveLength(12)
    for (const proof of proofs) expect(proof).toMatchObject([{ fresh: true }])
  })

  test('waits out a cloud that is busy', async () => {
    await sends('a')
    cloud.settings.throttle['aps:QueryMetrics'] = { perSecond: 0, burst: 0 }
    let waits = 0
    const { exitCode } = await apply({ hosts: ['a'], timeout: 120 }, (event) => {
      if (event.type !== 'phase' || event.phase !== 'wait') return
      waits += 1
      // First for the batch, whose look is throttled; then for samples.
      if (waits === 2) cloud.settings.throttle = {}
    })
    expect(exitCode).toBe(0)
    expect(waits).toBe(2)
  })
})
