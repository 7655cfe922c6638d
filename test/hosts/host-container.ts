import { GenericContainer, PullPolicy, Wait } from 'testcontainers'
import { runLabels } from '../../scripts/setup/runs.mjs'

/** What makes one host differ from the next. */
export interface HostOptions {
  /** Default: `host1` and so on. */
  readonly name?: string
  /** Port on 127.0.0.1 under which sshd is published. Default: a free one. */
  readonly port?: number
  /** Password of the user `ops`, for sshd and sudo. Default: none, the key alone opens the host. */
  readonly password?: string
  /** Whether sudo asks for that password. Default: no. */
  readonly sudoAsks?: boolean
  /** Small file systems: path to mount options, e.g. `{ '/opt': 'size=64k' }` for a disk that is full at once. */
  readonly tmpfs?: Readonly<Record<string, string>>
  /** 32 hexadecimal digits. Give two hosts the same for clones of one image. Default: random. */
  readonly machineId?: string
}

/**
 * A container that behaves like a server: systemd as PID 1, sshd, sudo, dpkg. The options are those that work without
 * full privileges on cgroup v1 and v2 alike.
 */
export class HostContainer extends GenericContainer {
  constructor(image: string, run: string, options: HostOptions, authorizedKey: string) {
    super(image)
    const machineId = options.machineId ?? crypto.randomUUID()
    const uuid = machineId.replaceAll('-', '').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    this.withPullPolicy(PullPolicy.neverPull())
      // testcontainers' reaper is an image from a registry; scripts/setup/runs.mjs does its work.
      .withAutoCleanup(false)
      .withLabels(runLabels(run))
      .withEntrypoint(['/sbin/init'])
      // systemd makes its machine-id of container_uuid, but only where it knows that it is in a container.
      .withEnvironment({ container: 'docker', container_uuid: uuid })
      // SYS_PACCT: to count the processes that something costs (bench/host-processes.ts).
      .withAddedCapabilities('SYS_ADMIN', 'SYS_PACCT')
      .withSecurityOpt('seccomp=unconfined')
      .withTmpFs({ '/run': '', '/run/lock': '', ...options.tmpfs })
      .withBindMounts([{ source: '/sys/fs/cgroup', target: '/sys/fs/cgroup', mode: 'rw' }])
      .withExposedPorts(22)
      .withCopyContentToContainer([
        { target: '/home/ops/.ssh/authorized_keys', content: `${authorizedKey}\n`, mode: 0o644 },
        {
          target: '/etc/sudoers.d/ops',
          content: `ops ALL=(ALL) ${options.sudoAsks ? '' : 'NOPASSWD: '}ALL\n`,
          mode: 0o440,
        },
      ])
      .withWaitStrategy(
        // A unit that fails on some machine makes the state `degraded`; sshd is what a host needs.
        Wait.forSuccessfulCommand(
          'timeout 40 systemctl is-system-running --wait || systemctl is-active --quiet ssh',
        ),
      )
    this.createOpts.StopSignal = 'SIGRTMIN+3'
    // The types of the library do not know this field of the engine's API.
    Object.assign(this.hostConfig, { CgroupnsMode: 'host' })
    this.hostConfig.PortBindings = {
      '22/tcp': [{ HostIp: '127.0.0.1', HostPort: String(options.port ?? 0) }],
    }
  }
}
