/** Reads 10,000 hosts from one INI file: `node bench/inventory.ts`. The budget is a second of processor time for all of it. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readInventory } from '../src/inventory/read.ts'
import { readVariables } from '../src/inventory/variables/variable-files.ts'

const GROUPS = 20
const HOSTS = 500

const folder = await mkdtemp(join(tmpdir(), 'muster-bench-'))
try {
  const sections = Array.from({ length: GROUPS }, (_, group) => {
    const hosts = Array.from(
      { length: HOSTS },
      (_, host) =>
        `host-${group}-${host}.example.com ansible_host=10.${group}.${host >> 8}.${host & 255} rack=${host % 40} role="app server"\n`,
    )
    return `[g${group}]\n${hosts.join('')}[g${group}:vars]\nport=${8000 + group}\n`
  })
  const file = join(folder, 'hosts.ini')
  await writeFile(
    file,
    `${sections.join('')}[site:children]\n${sections.map((_, group) => `g${group}`).join('\n')}\n`,
  )
  const before = process.cpuUsage()
  const inventory = await readInventory([file])
  const read = process.cpuUsage(before)
  const variables = await readVariables(inventory)
  for (const name of inventory.hosts.keys()) variables.forHost(name)
  const all = process.cpuUsage(before)
  const ms = ({ user, system }: NodeJS.CpuUsage) => `${Math.round((user + system) / 1000)} ms`
  process.stdout.write(
    `${inventory.hosts.size} hosts: read in ${ms(read)}, with all variables of all hosts ${ms(all)}\n`,
  )
} finally {
  await rm(folder, { recursive: true })
}
