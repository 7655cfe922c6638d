import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startHosts, type TestHosts } from '../hosts/index.ts'
import { RunningMuster, summaryOf } from '../run/muster.ts'
import { difference, stateOf } from './end-state.ts'

// Five roles in the style of public ones. What ansible-core makes of two hosts with them stands in end-state.json
// (record.ts); muster must make the same of hosts that have no Python.

let hosts: TestHosts
let folder: string
const recorded = JSON.parse(await readFile(join(import.meta.dirname, 'end-state.json'), 'utf8'))

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-roles-'))
  hosts = await startHosts(2)
  await writeFile(join(folder, 'inventory.yaml'), hosts.inventory().replace('    hosts:\n', '    fleet:\n'))
})
afterAll(async () => {
  await hosts?.stop()
  await rm(folder, { recursive: true, force: true })
})

async function apply() {
  const words = [
    'apply',
    join(import.meta.dirname, 'site.yml'),
    '-i',
    join(folder, 'inventory.yaml'),
    '--json',
  ]
  const summary = summaryOf(await new RunningMuster(words, { environment: { XDG_STATE_HOME: folder } }).ended)
  expect(summary.failures).toEqual([])
  return summary
}

test('the roles make of hosts what ansible-core makes of them, and a second run changes nothing', async () => {
  const before = await Promise.all(hosts.hosts.map(stateOf))
  const first = await apply()
  const after = await Promise.all(hosts.hosts.map(stateOf))
  for (const [index, { name }] of hosts.hosts.entries()) {
    expect(difference(before[index]!, after[index]!)).toEqual(recorded.hosts[name])
    expect(first.recap[name]!['changed']).toBe(recorded.changed.first[name])
  }
  const second = await apply()
  for (const { name } of hosts.hosts) expect(second.recap[name]).toMatchObject({ failed: 0, changed: 0 })
  expect(recorded.changed.second).toEqual({ host1: 0, host2: 0 })
})
