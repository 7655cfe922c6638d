import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GenericContainer, PullPolicy, type StartedTestContainer, Wait } from 'testcontainers'
import { newRun, runLabels } from '../../../scripts/setup/runs.mjs'
import { newKey } from '../keys.ts'
import { TestHost } from '../test-host.ts'
import { ensureWindowsImage, windowsKit } from './image.ts'

export { NO_KIT, windowsKit } from './image.ts'

export interface WindowsHostOptions {
  readonly name: string
  /** The default shell of sshd. */
  readonly shell: 'cmd' | 'powershell'
}

/** Windows-like hosts, and the files with which Administrator reaches them. {@link TestHost.sh} is a Linux shell in them. */
export interface WindowsHosts {
  readonly hosts: readonly TestHost[]
  readonly privateKeyFile: string
  readonly knownHostsFile: string
  /** Connection variables of each, as an inventory has them. */
  variables(host: TestHost): Record<string, unknown>
  stop(): Promise<void>
}

/** @throws Error when there is no kit ({@link windowsKit}), or the engine or a host fails */
export async function startWindowsHosts(wanted: readonly WindowsHostOptions[]): Promise<WindowsHosts> {
  const kit = windowsKit()
  if (kit === undefined) throw new Error('there is no kit for Windows-like hosts')
  const image = await ensureWindowsImage(kit)
  const run = process.env['MUSTER_TEST_RUN'] ?? newRun().id
  const key = newKey()
  const started = await Promise.allSettled(wanted.map((one) => startHost(image, run, one, key.public)))
  const hosts = started.filter((one) => one.status === 'fulfilled').map((one) => one.value)
  const stopAll = () => Promise.allSettled(hosts.map((host) => host.container.stop({ timeout: 0 })))
  const failed = started.find((one) => one.status === 'rejected')
  if (failed) {
    await stopAll()
    throw failed.reason
  }
  const directory = await mkdtemp(join(tmpdir(), 'muster-windows-'))
  const privateKeyFile = join(directory, 'id_ed25519')
  const knownHostsFile = join(directory, 'known_hosts')
  await writeFile(privateKeyFile, key.private, { mode: 0o600 })
  await writeFile(knownHostsFile, hosts.map((host) => host.knownHosts).join(''))
  return {
    hosts,
    privateKeyFile,
    knownHostsFile,
    variables: (host) => ({
      ansible_host: '127.0.0.1',
      ansible_port: host.port,
      ansible_user: 'Administrator',
      ansible_ssh_private_key_file: privateKeyFile,
      ansible_ssh_common_args: `-o UserKnownHostsFile=${knownHostsFile}`,
    }),
    async stop() {
      await stopAll()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function startHost(
  image: string,
  run: string,
  { name, shell }: WindowsHostOptions,
  authorizedKey: string,
): Promise<TestHost> {
  const container = await new GenericContainer(image)
    .withPullPolicy(PullPolicy.neverPull())
    .withAutoCleanup(false)
    .withLabels(runLabels(run))
    .withHostname(name)
    .withCommand(['/usr/local/sbin/windows-boot'])
    .withExposedPorts(22)
    .withCopyContentToContainer([
      { target: '/C:/ProgramData/ssh/administrators_authorized_keys', content: `${authorizedKey}\n` },
      { target: '/etc/winssh', content: `${shell}\n` },
    ])
    .withWaitStrategy(Wait.forListeningPorts())
    .withStartupTimeout(60_000)
    .start()
  return describe(name, container)
}

async function describe(name: string, container: StartedTestContainer): Promise<TestHost> {
  const { stdout } = await container.exec(['sh', '-c', 'cat /etc/ssh/ssh_host_*_key.pub'])
  const keys = stdout.trim().split('\n')
  return new TestHost(
    name,
    container,
    '',
    keys.map((key) => key.split(' ').slice(0, 2).join(' ')),
  )
}
