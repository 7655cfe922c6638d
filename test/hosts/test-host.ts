import { getContainerRuntimeClient, type StartedTestContainer } from 'testcontainers'

/** What a command in a host gave, by the engine's own exec: the way to look that does not pass through muster. */
export interface HostOutput {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
}

/** One running host. */
export class TestHost {
  readonly name: string
  /** Where sshd is published on 127.0.0.1. */
  readonly port: number
  readonly machineId: string
  /** Lines of a known_hosts file, from the host's real keys. */
  readonly knownHosts: string
  readonly container: StartedTestContainer

  constructor(
    name: string,
    container: StartedTestContainer,
    machineId: string,
    publicKeys: readonly string[],
  ) {
    this.name = name
    this.container = container
    this.port = container.getMappedPort(22)
    this.machineId = machineId
    this.knownHosts = publicKeys.map((key) => `[127.0.0.1]:${this.port} ${key}\n`).join('')
  }

  /** Runs a shell script as root; any exit status is an answer. */
  async exec(script: string): Promise<HostOutput> {
    const { stdout, stderr, exitCode } = await this.container.exec(['sh', '-c', script])
    return { stdout, stderr, exitCode }
  }

  /**
   * Runs a shell script as root that must succeed.
   *
   * @returns its standard output
   * @throws Error with its output when its exit status is not 0
   */
  async sh(script: string): Promise<string> {
    const { stdout, stderr, exitCode } = await this.exec(script)
    if (exitCode === 0) return stdout
    throw new Error(`${this.name}: exit status ${exitCode} of: ${script}\n${stdout}${stderr}`)
  }

  /** The host stops answering, as when its network cable is pulled: connections stay open and nothing comes back. */
  async freeze(): Promise<void> {
    await (await this.#engine()).pause()
  }

  /** Ends {@link freeze}. */
  async thaw(): Promise<void> {
    await (await this.#engine()).unpause()
  }

  /** The power goes out; nothing is written back. {@link TestHosts.stop} still cleans up. */
  async kill(): Promise<void> {
    await (await this.#engine()).kill()
  }

  async #engine() {
    const client = await getContainerRuntimeClient()
    return client.container.getById(this.container.getId())
  }
}
