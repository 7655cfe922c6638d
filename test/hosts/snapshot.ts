import type { TestHost } from './test-host.ts'

/** What a host is, as far as tools like this change hosts; lines sorted. */
export interface Snapshot {
  readonly packages: string
  readonly units: string
  readonly accounts: string
  readonly listening: string
  /** Path, kind, mode, owner, and target or SHA-256 of everything there. */
  readonly files: string
}

const TREES = '/etc /opt /usr/local /usr/lib/systemd /var/lib /root /home /srv'
// What programs that such tools use keep for themselves, and what changes with time: useradd's copies of the state before,
// the lists of dpkg and apt (the packages are compared by name), systemd's random seed and clock, logs of logins.
const THEIR_OWN = [
  ...['/etc/passwd-', '/etc/group-', '/etc/shadow-', '/etc/gshadow-', '/etc/.pwd.lock'],
  ...['/etc/subuid-', '/etc/subgid-', '/var/lib/dpkg/*', '/var/lib/apt/*', '/var/lib/systemd/*'],
]

/** The host as it is now. @param ignored further patterns of paths, as find's `-path` takes them */
export async function takeSnapshot(host: TestHost, ignored: readonly string[] = []): Promise<Snapshot> {
  const but = [...THEIR_OWN, ...ignored].map((path) => `! -path '${path}'`).join(' ')
  return {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg's own
    packages: await host.sh("dpkg-query -W -f '${Package} ${Version} ${db:Status-Status}\\n' | sort"),
    units: await host.sh(
      "systemctl list-unit-files --no-legend --no-pager | sort; systemctl list-units --all --no-legend --plain --type=service,socket,timer | awk '{ print $1, $3, $4 }' | grep -v '^session-\\|^user@\\|^user-runtime-dir@' | sort",
    ),
    accounts: await host.sh('cat /etc/passwd /etc/group /etc/shadow /etc/gshadow'),
    listening: await host.sh("ss -Hltn | awk '{ print $4 }' | sort"),
    files: await host.sh(
      `find ${TREES} -xdev ${but} -printf '%p %y %m %u:%g %l\\n' | sort; find ${TREES} -xdev -type f ${but} -exec sha256sum {} + | sort -k 2`,
    ),
  }
}
