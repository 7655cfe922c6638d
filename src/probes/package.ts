import { ps } from '../shell/powershell/ps.ts'
import { lines, type ShellText, sh } from '../shell/sh.ts'
import { TaskFailure } from '../values/task-failure.ts'
import type { Output } from '../values/transfer.ts'
import { type Probe, type ProbeKind, probe } from './probe.ts'

/** A package as the host's package manager knows it, in dpkg's words. */
export interface Package {
  /** installed, half-configured, unpacked, config-files ...; not-installed when the manager knows nothing. */
  readonly status: string
  /** Null when not installed. */
  readonly version: string | null
  /** The manager's word (`amd64`, `all`, `x86_64`); null when it knows nothing. */
  readonly architecture: string | null
}

/** A package, whichever manager the host has. */
export interface ManagedPackage extends Package {
  readonly manager: 'dpkg' | 'rpm' | 'none'
}

export const NOT_INSTALLED: Package = { status: 'not-installed', version: null, architecture: null }

/** Words that print what dpkg knows of packages, for {@link readPackages}; of all of them, or of those whose names follow. */
export const packageQuery: ShellText = sh`dpkg-query -W -f '\${Package} \${Architecture} \${db:Status-Status} \${Version}\n'`

const kind: ProbeKind<string, ManagedPackage> = {
  name: 'package',
  subjects: ['packages'],
  key: (name) => name,
  posix: {
    // dpkg first: a Debian may have rpm as a tool. The words of rpm's rows are dpkg's, so that one reader reads both.
    script: (names) =>
      lines([
        sh`if command -v dpkg-query >/dev/null 2>&1; then printf 'dpkg\n'; ${packageQuery} -- ${names} 2>/dev/null; :
elif command -v rpm >/dev/null 2>&1; then
  printf 'rpm\n'; rpm -q --qf '%{NAME} %{ARCH} installed %{VERSION}-%{RELEASE}\n' -- ${names} 2>/dev/null; :
else printf 'none\n'; fi`,
      ]),
    read: readAll,
  },
  // There are no packages of these managers on Windows, where set-up programs are asked for by installedPrograms.
  powershell: {
    script: () => ps``,
    read: (_, names) => names.map(() => ({ ...NOT_INSTALLED, manager: 'none' })),
  },
}

/** A package of the Debian family, `name` or `name:arch`. All packages of a request cost one process. */
export function debPackage(name: string): Probe<Package> {
  return probe(kind, name, ({ manager, ...found }) => {
    if (manager === 'dpkg') return found
    throw noDpkg()
  })
}

/** A package by its name under dpkg, or under rpm where that is what the host has. The same question as a deb's. */
export function managedPackage(name: string): Probe<ManagedPackage> {
  return probe(kind, name)
}

/** What a task for deb packages says of a host without dpkg. */
export function noDpkg(): TaskFailure {
  return new TaskFailure('the host has no dpkg: it is no Debian or Ubuntu', {
    hint: 'deb packages go to hosts of the Debian family only',
  })
}

/** Packages by `name` and by `name:arch`, as {@link packageQuery} prints them. */
export function readPackages(text: string): ReadonlyMap<string, Package> {
  const found = new Map<string, Package>()
  for (const row of text.split('\n')) {
    const match = /^(\S+) (\S+) ([a-z-]{1,20}) (\S*)$/.exec(row)
    if (match === null) continue
    const [, name, architecture, status, version] = match as unknown as [
      ...[string, string, string, string, string],
    ]
    const one = {
      status,
      version: version === '' || status === 'not-installed' ? null : version,
      architecture,
    }
    // Of several architectures the first counts for the bare name.
    for (const key of [`${name}:${architecture}`, name]) if (!found.has(key)) found.set(key, one)
  }
  return found
}

function readAll(output: Output, names: readonly string[]): (ManagedPackage | TaskFailure)[] {
  if (output.truncated || output.timedOut)
    throw new TaskFailure('look for packages: the host printed too much')
  const text = output.stdout.toString('utf8')
  const manager = text.slice(0, text.indexOf('\n'))
  if (manager !== 'dpkg' && manager !== 'rpm' && manager !== 'none')
    throw new TaskFailure("look for packages: the host's answer cannot be read")
  const found = readPackages(text.slice(manager.length + 1))
  return names.map((name) => ({ manager, ...(found.get(name) ?? NOT_INSTALLED) }))
}
