import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { TestHosts } from '../test/hosts/index.ts'
import { type Measured, measure } from './measure.ts'

const run = promisify(execFile)
const VERSION = '3.10.0'

/** Installs pyinfra into a folder; undefined where PyPI is not in reach, or there is no Python with venv. */
export async function installPyinfra(folder: string): Promise<string | undefined> {
  try {
    await run('python3', ['-m', 'venv', folder])
    await run(join(folder, 'bin/pip'), ['install', '--quiet', `pyinfra==${VERSION}`])
    return join(folder, 'bin/pyinfra')
  } catch {
    return undefined
  }
}

/** bench/pyinfra/deploy.py on all hosts at once. @throws Error with its output when it fails */
export async function pyinfraRun(
  program: string,
  hosts: TestHosts,
  folder: string,
  given: Readonly<Record<string, string>>,
): Promise<Measured> {
  const inventory = hosts.hosts.map(({ name, port }) => [
    name,
    {
      ssh_hostname: '127.0.0.1',
      ssh_port: port,
      ssh_user: 'ops',
      ssh_key: hosts.privateKeyFile,
      ssh_known_hosts_file: hosts.knownHostsFile,
    },
  ])
  await writeFile(
    join(folder, 'inventory.py'),
    `hosts = [tuple(one) for one in ${JSON.stringify(inventory)}]\n`,
  )
  await writeFile(join(folder, 'given.json'), JSON.stringify(given))
  const words = ['-y', '--parallel', String(hosts.hosts.length), join(folder, 'inventory.py')]
  return measure([program, ...words, join(import.meta.dirname, 'pyinfra/deploy.py')], {
    environment: { MUSTER_BENCH_PYINFRA: join(folder, 'given.json') },
  })
}
