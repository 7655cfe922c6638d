import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Cloud, startCloud } from '../../src/emulator/cloud.ts'
import { buildAgentDeb } from '../agent/build-agent-deb.ts'
import { collectors } from '../artifacts/releases/index.ts'
import { type HostsOptions, startHosts, type TestHost, type TestHosts } from '../hosts/index.ts'
import { type Ended, RunningMuster, summaryOf } from './muster.ts'

const CHAIN = join(import.meta.dirname, 'chain/chain.yaml')

export interface ApplyOptions {
  /** Default: chain/chain.yaml. */
  readonly playbook?: string
  /** Variables of single hosts, over those that reach them. */
  readonly hosts?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** Further hosts, with all their variables. */
  readonly more?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** Further words of the command. */
  readonly words?: readonly string[]
  readonly stdin?: string
  /** Default: `--json`. */
  readonly output?: readonly string[]
  /** For the controller, over that of the lab. */
  readonly environment?: Readonly<Record<string, string>>
}

/** Hosts, the embedded cloud, and a controller with its own state folder. */
export class Lab {
  readonly cloud: Cloud
  readonly hosts: readonly TestHost[]
  readonly folder: string
  readonly #all: TestHosts
  readonly #variables: Readonly<Record<string, unknown>>
  /** IAM policies of the controller's user; undefined makes it the administrator. */
  policies: readonly string[] | undefined

  private constructor(cloud: Cloud, all: TestHosts, folder: string, variables: Record<string, unknown>) {
    this.cloud = cloud
    this.#all = all
    this.hosts = all.hosts
    this.folder = folder
    this.#variables = variables
  }

  /** @param variables for all hosts, beside those that reach them and those of chain/chain.yaml */
  static async start(
    count: number,
    options: HostsOptions = {},
    variables: Readonly<Record<string, unknown>> = {},
  ): Promise<Lab> {
    const agent = await buildAgentDeb()
    const all = await startHosts(count, options)
    const cloud = await startCloud({ addresses: ['127.0.0.1', all.gateway] })
    const folder = await mkdtemp(join(tmpdir(), 'muster-lab-'))
    return new Lab(cloud, all, folder, {
      artifacts: { 'amazon-ssm-agent': agent },
      endpoint: cloud.url(all.gateway),
      ansible_user: 'ops',
      ansible_ssh_private_key_file: all.privateKeyFile,
      ansible_ssh_common_args: `-o UserKnownHostsFile=${all.knownHostsFile}`,
      ansible_timeout: 5,
      ...variables,
    })
  }

  /**
   * Hosts for the main job (playbooks/site.yaml), with a real Prometheus that is scraped each second.
   * @param variables over those that the job needs
   */
  static async ofSite(count: number, variables: Readonly<Record<string, unknown>>): Promise<Lab> {
    const [agent, found] = await Promise.all([buildAgentDeb(), collectors()])
    const { prometheus, nodeExporter } = found
    return Lab.start(
      count,
      {},
      {
        artifacts: { 'amazon-ssm-agent': agent, prometheus, node_exporter: nodeExporter },
        muster_region: 'eu-central-1',
        muster_role: 'muster-node',
        muster_workspace: 'muster',
        scrape_interval: '1s',
        ...variables,
      },
    )
  }

  /** What its hosts find as artifacts. */
  get artifacts(): Readonly<Record<string, unknown>> {
    return this.#variables['artifacts'] as Record<string, unknown>
  }

  /** The environment of the controller. */
  get environment(): Record<string, string> {
    return {
      // Hosts are told the controller's endpoint, so it is one that they reach too.
      ...(this.policies === undefined
        ? this.cloud.environment(this.#all.gateway)
        : this.cloud.userEnvironment('bastion', this.policies, this.#all.gateway)),
      XDG_STATE_HOME: join(this.folder, 'state'),
      XDG_CACHE_HOME: join(this.folder, 'cache'),
    }
  }

  /** `muster <command>` over all hosts, started; `verify` takes no playbook. */
  async start(command: 'apply' | 'plan' | 'verify', options: ApplyOptions = {}): Promise<RunningMuster> {
    const own = Object.fromEntries(
      this.hosts.map(({ name, port }) => [
        name,
        { ansible_host: '127.0.0.1', ansible_port: port, ...options.hosts?.[name] },
      ]),
    )
    const hosts = { ...own, ...options.more }
    const inventory = join(this.folder, 'inventory.yaml')
    // JSON is YAML.
    await writeFile(inventory, JSON.stringify({ all: { vars: this.#variables, hosts } }, null, 2))
    const playbook = command === 'verify' ? [] : [options.playbook ?? CHAIN]
    const words = [...playbook, '-i', inventory, ...(options.output ?? ['--json']), ...(options.words ?? [])]
    return new RunningMuster([command, ...words], {
      environment: { ...this.environment, ...options.environment },
      ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
    })
  }

  async apply(options: ApplyOptions = {}): Promise<Ended> {
    return (await this.start('apply', options)).ended
  }

  async plan(options: ApplyOptions = {}): Promise<Ended> {
    return (await this.start('plan', options)).ended
  }

  async verify(options: ApplyOptions = {}): Promise<Ended> {
    return (await this.start('verify', options)).ended
  }

  /** Requests of an operation that the cloud got while `work` ran. */
  async asked<T>(operation: string, work: () => Promise<T>): Promise<[result: T, requests: number]> {
    const count = () => this.cloud.counts()[operation] ?? 0
    const before = count()
    const result = await work()
    return [result, count() - before]
  }

  /** All that is on record of all runs, one text. */
  async journals(): Promise<string> {
    const runs = join(this.folder, 'state/muster/runs')
    const names = await readdir(runs)
    const files = await Promise.all(
      names.map(async (name) => (await readdir(join(runs, name))).map((file) => join(runs, name, file))),
    )
    return (await Promise.all(files.flat().map((file) => readFile(file, 'utf8')))).join('')
  }

  /** Makes a host what it was before it was registered; what else was put there stays. */
  async unregister(...hosts: readonly TestHost[]): Promise<void> {
    await Promise.all(
      hosts.map((host) =>
        host.sh(
          'systemctl stop amazon-ssm-agent; rm -rf /var/lib/amazon/ssm/* /var/lib/muster/aws; systemctl reset-failed amazon-ssm-agent; systemctl start amazon-ssm-agent',
        ),
      ),
    )
  }

  async stop(): Promise<void> {
    await Promise.allSettled([this.cloud.close(), this.#all.stop()])
    await rm(this.folder, { recursive: true, force: true })
  }
}

/** The limits of the activations that a run made, in order. */
export function limits({ events }: Ended): (number | undefined)[] {
  return events
    .filter(({ type, what }) => type === 'activation' && what === 'created')
    .map(({ limit }) => limit)
}

/** Host -> number of changed tasks. */
export function changes(ended: Ended): Record<string, number | undefined> {
  const { recap } = summaryOf(ended)
  return Object.fromEntries(Object.entries(recap).map(([host, counts]) => [host, counts['changed']]))
}

/** Waits until a condition holds; the test's own deadline ends a wait that never does. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50))
}
