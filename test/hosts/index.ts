import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pLimit from 'p-limit'
import { getContainerRuntimeClient } from 'testcontainers'
import { imageName } from '../../scripts/setup/image.mjs'
import { newRun } from '../../scripts/setup/runs.mjs'
import { HostContainer, type HostOptions } from './host-container.ts'
import { newKey } from './keys.ts'
import { TestHost } from './test-host.ts'

export type { HostOptions } from './host-container.ts'
export type { TestHost } from './test-host.ts'

/** Hosts that start at a time: a boot is all CPU, and with more of them each takes as much longer. */
const STARTING = 8

/** Options of {@link startHosts}. */
export interface HostsOptions extends HostOptions {
  /** Options of single hosts by their index, over those of all. */
  readonly each?: readonly HostOptions[]
}

/** Running hosts, and the files with which `ops` reaches them. */
export class TestHosts {
  readonly hosts: readonly TestHost[]
  /** Folder of the files below, removed by {@link stop}. */
  readonly directory: string
  /** The private key of `ops`, made for this run. */
  readonly privateKeyFile: string
  /** The real keys of all hosts. */
  readonly knownHostsFile: string
  /** {@link inventory} as a file. */
  readonly inventoryFile: string
  /** Address of this machine as hosts see it: where they reach the embedded cloud. */
  readonly gateway: string

  constructor(directory: string, hosts: readonly TestHost[], gateway: string) {
    this.directory = directory
    this.hosts = hosts
    this.gateway = gateway
    this.privateKeyFile = join(directory, 'id_ed25519')
    this.knownHostsFile = join(directory, 'known_hosts')
    this.inventoryFile = join(directory, 'inventory.yaml')
  }

  /** The hosts as an inventory in YAML: group `hosts`, user `ops`, key and known_hosts file of this run. */
  inventory(): string {
    const hosts = this.hosts.map(
      (host) => `        ${host.name}: { ansible_host: 127.0.0.1, ansible_port: ${host.port} }`,
    )
    return `all:
  vars:
    ansible_user: ops
    ansible_ssh_private_key_file: ${JSON.stringify(this.privateKeyFile)}
    ansible_ssh_common_args: ${JSON.stringify(`-o UserKnownHostsFile=${this.knownHostsFile}`)}
  children:
    hosts:
      hosts:
${hosts.join('\n')}
`
  }

  /** Removes the hosts and the files, whatever state they are in. */
  async stop(): Promise<void> {
    await Promise.allSettled(this.hosts.map((host) => host.container.stop({ timeout: 0 })))
    await rm(this.directory, { recursive: true, force: true })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}

/** What the host itself says of its identity, in one call: machine-id, then its public keys. */
async function describeHost(
  name: string,
  container: Awaited<ReturnType<HostContainer['start']>>,
): Promise<TestHost> {
  const { stdout } = await container.exec(['sh', '-c', 'cat /etc/machine-id /etc/ssh/ssh_host_*_key.pub'])
  const [machineId = '', ...keys] = stdout.trim().split('\n')
  return new TestHost(
    name,
    container,
    machineId,
    keys.map((key) => key.split(' ').slice(0, 2).join(' ')),
  )
}

async function startHost(name: string, key: string, options: HostOptions): Promise<TestHost> {
  // Under npm both are set by scripts/setup.mjs, whose end removes what carries the run's label.
  const image = process.env['MUSTER_HOST_IMAGE'] ?? imageName()
  const run = process.env['MUSTER_TEST_RUN'] ?? newRun().id
  const container = await new HostContainer(image, run, options, key).start()
  if (options.password) {
    await container.exec(['sh', '-c', 'printf "ops:%s" "$1" | chpasswd', 'sh', options.password])
  }
  return describeHost(name, container)
}

async function gatewayOf(host: TestHost): Promise<string> {
  const client = await getContainerRuntimeClient()
  const state = await client.container.inspect(client.container.getById(host.container.getId()))
  const gateway = Object.values(state.NetworkSettings.Networks)[0]?.Gateway
  if (!gateway) throw new Error(`the engine names no gateway for ${host.name}`)
  return gateway
}

/**
 * Starts hosts `host1` to `host<count>` in containers, with a user `ops` who has a key and sudo. Nothing remains when
 * one of them fails to start. Call `stop` (or use `await using`) at the end; should the process die before, the
 * command that started it (scripts/setup.mjs), or the next one, removes them.
 *
 * @throws Error when the engine or the image is missing; `node scripts/setup.mjs` makes both
 */
export async function startHosts(count: number, options: HostsOptions = {}): Promise<TestHosts> {
  const { each = [], ...all } = options
  const key = newKey()
  const names = Array.from({ length: count }, (_, index) => each[index]?.name ?? `host${index + 1}`)
  const limit = pLimit(STARTING)
  const started = await Promise.allSettled(
    names.map((name, index) => limit(() => startHost(name, key.public, { ...all, ...each[index] }))),
  )
  const hosts = started.filter((one) => one.status === 'fulfilled').map((one) => one.value)
  const failed = started.find((one) => one.status === 'rejected')
  if (failed) {
    await Promise.allSettled(hosts.map((host) => host.container.stop({ timeout: 0 })))
    throw failed.reason
  }
  const directory = await mkdtemp(join(tmpdir(), 'muster-hosts-'))
  const result = new TestHosts(directory, hosts, await gatewayOf(hosts[0]!))
  await writeFile(result.privateKeyFile, key.private, { mode: 0o600 })
  await writeFile(result.knownHostsFile, hosts.map((host) => host.knownHosts).join(''))
  await writeFile(result.inventoryFile, result.inventory())
  return result
}
