import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Cloud, startCloud } from '../../../src/emulator/cloud.ts'
import { type AgentDeb, buildAgentDeb } from '../../agent/build-agent-deb.ts'
import { administrator } from '../../emulator/clients.ts'
import { signedFetch } from '../../emulator/remote-write.ts'
import { startHosts, type TestHost, type TestHosts } from '../../hosts/index.ts'
import { until } from '../../run/lab.ts'
import { type Ended, RunningMuster, summaryOf } from '../../run/muster.ts'
import { PLAYBOOKS } from '../render.ts'

/** What a playbook finds as an artifact. */
export interface Artifact {
  readonly path: string
  readonly version: string
  readonly sha256: string
}

/** One series of an instant query: its labels, and its value as AMP writes it. */
export interface Found {
  readonly metric: Readonly<Record<string, string>>
  readonly value: readonly [time: number, value: string]
}

/** One host, the embedded cloud, and the playbooks that users run. */
export class CollectorLab {
  readonly cloud: Cloud
  readonly host: TestHost
  readonly #all: TestHosts
  readonly #agent: AgentDeb
  readonly #folder: string

  private constructor(cloud: Cloud, all: TestHosts, agent: AgentDeb, folder: string) {
    this.cloud = cloud
    this.#all = all
    this.host = all.hosts[0]!
    this.#agent = agent
    this.#folder = folder
  }

  static async start(): Promise<CollectorLab> {
    const [agent, all] = await Promise.all([buildAgentDeb(), startHosts(1)])
    const cloud = await startCloud({
      addresses: ['127.0.0.1', all.gateway],
      // The agent takes new keys after half of it.
      settings: { tokenLifetime: 20 },
    })
    return new CollectorLab(cloud, all, agent, await mkdtemp(join(tmpdir(), 'muster-collectors-')))
  }

  apply(playbook: string, artifacts: Readonly<Record<string, Artifact>>, variables = {}): Promise<Ended> {
    return this.#run(['apply', join(PLAYBOOKS, playbook), '--json'], artifacts, variables)
  }

  /** A plan as a person reads it. */
  plan(playbook: string, artifacts: Readonly<Record<string, Artifact>>, variables = {}): Promise<Ended> {
    return this.#run(['plan', join(PLAYBOOKS, playbook), '--diff'], artifacts, variables)
  }

  async #run(
    words: readonly string[],
    artifacts: Readonly<Record<string, Artifact>>,
    variables: Readonly<Record<string, unknown>>,
  ): Promise<Ended> {
    const all = this.#all
    const inventory = join(this.#folder, 'inventory.yaml')
    const vars = {
      ansible_user: 'ops',
      ansible_ssh_private_key_file: all.privateKeyFile,
      ansible_ssh_common_args: `-o UserKnownHostsFile=${all.knownHostsFile}`,
      muster_region: 'eu-central-1',
      muster_role: 'muster-node',
      muster_workspace: 'muster',
      artifacts: { 'amazon-ssm-agent': this.#agent, ...artifacts },
      scrape_interval: '1s',
      // The collector asks again after this many seconds; keys live for `tokenLifetime` of the cloud.
      credentials_expire_in: 5,
      // Shorter than a test may take, so that the reason is told.
      proof_timeout: 60,
      ...variables,
    }
    const hosts = { [this.host.name]: { ansible_host: '127.0.0.1', ansible_port: this.host.port } }
    // JSON is YAML.
    await writeFile(inventory, JSON.stringify({ all: { vars, hosts } }, null, 2))
    return new RunningMuster([...words, '-i', inventory], {
      environment: {
        ...this.cloud.environment(all.gateway),
        XDG_STATE_HOME: join(this.#folder, 'state'),
        XDG_CACHE_HOME: join(this.#folder, 'cache'),
      },
    }).ended
  }

  /** What AMP's query API answers. */
  async query(text: string): Promise<Found[]> {
    const [workspace] = this.cloud.inspect.workspaces()
    if (workspace === undefined) throw new Error('there is no workspace')
    const url = `${this.cloud.url()}/workspaces/${workspace.id}/api/v1/query?query=${encodeURIComponent(text)}`
    const answer = await signedFetch(url, administrator(this.cloud))
    if (!answer.ok) throw new Error(`${text}: HTTP ${answer.status} ${await answer.text()}`)
    return ((await answer.json()) as { data: { result: Found[] } }).data.result
  }

  /** Waits until a query finds samples that were taken after `time` (milliseconds), and gives their series. */
  async fresh(selector: string, time: number): Promise<Found[]> {
    await until(async () => {
      const [newest] = await this.query(`max(timestamp(${selector}))`)
      return newest !== undefined && Number(newest.value[1]) * 1000 > time
    })
    return this.query(selector)
  }

  /**
   * Waits until the keys that the host has now are dead and somebody wrote after that, and says what AMP made of all
   * writes since the call: HTTP status -> requests.
   */
  async outliveKeys(): Promise<Record<number, number>> {
    const began = Date.now()
    const dead = began + this.cloud.settings.tokenLifetime * 1000
    const writes = (since: number) =>
      this.cloud.requests().filter(({ operation, time }) => operation === 'aps:RemoteWrite' && time > since)
    await until(() => writes(dead).length > 0)
    const answers: Record<number, number> = {}
    for (const { status } of writes(began)) answers[status] = (answers[status] ?? 0) + 1
    return answers
  }

  async stop(): Promise<void> {
    await Promise.allSettled([this.cloud.close(), this.#all.stop()])
    await rm(this.#folder, { recursive: true, force: true })
  }
}

/** Changed tasks of the host, and requests that it cost. @throws Error with what was printed when the run failed */
export function outcome(ended: Ended): { changed: number | undefined; requests: number } {
  const summary = summaryOf(ended)
  if (ended.code !== 0)
    throw new Error(`muster ended with ${ended.code}: ${JSON.stringify(summary.failures)}${ended.stderr}`)
  return { changed: summary.recap['host1']?.['changed'], requests: summary.cost.requests }
}
