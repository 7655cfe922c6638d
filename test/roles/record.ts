/**
 * Records what ansible-core makes of hosts with the roles of this folder, for roles.host.test.ts:
 * `node scripts/setup.mjs test/roles/record.ts`. Needs PyPI, and Debian's packages for the hosts' Python.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startHosts } from '../hosts/index.ts'
import { difference, stateOf } from './end-state.ts'

const VERSION = '2.19.14'
const run = promisify(execFile)
const folder = await mkdtemp(join(tmpdir(), 'muster-roles-'))
const say = (text: string) => process.stdout.write(`${text}\n`)

try {
  await run('python3', ['-m', 'venv', join(folder, 'venv')])
  await run(join(folder, 'venv/bin/pip'), ['install', '--quiet', `ansible-core==${VERSION}`])
  await using hosts = await startHosts(2)
  await Promise.all(
    hosts.hosts.map((host) =>
      host.sh('apt-get update -qq && apt-get install -y -qq --no-install-recommends python3 python3-apt'),
    ),
  )
  const before = await Promise.all(hosts.hosts.map(stateOf))
  const inventory = join(folder, 'inventory.yaml')
  await writeFile(inventory, hosts.inventory().replace('    hosts:\n', '    fleet:\n'))
  const play = async () => {
    const began = performance.now()
    const { stdout } = await run(
      join(folder, 'venv/bin/ansible-playbook'),
      ['-i', inventory, join(import.meta.dirname, 'site.yml')],
      {
        env: {
          ...process.env,
          ANSIBLE_NOCOLOR: '1',
          ANSIBLE_PIPELINING: '1',
          ANSIBLE_PYTHON_INTERPRETER: 'auto_silent',
        },
        maxBuffer: 1 << 26,
      },
    )
    say(`${((performance.now() - began) / 1000).toFixed(1)} s`)
    return Object.fromEntries(
      [...stdout.matchAll(/^(host\d+) +: .*?changed=(\d+)/gm)].map(([, host, changed]) => [
        host,
        Number(changed),
      ]),
    )
  }
  const first = await play()
  const after = await Promise.all(hosts.hosts.map(stateOf))
  const second = await play()
  await writeFile(
    join(import.meta.dirname, 'end-state.json'),
    `${JSON.stringify(
      {
        'ansible-core': VERSION,
        changed: { first, second },
        hosts: Object.fromEntries(
          hosts.hosts.map(({ name }, index) => [name, difference(before[index]!, after[index]!)]),
        ),
      },
      null,
      2,
    )}\n`,
  )
} finally {
  await rm(folder, { recursive: true, force: true })
}
