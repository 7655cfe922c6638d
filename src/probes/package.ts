import { lines, sh } from '../shell/sh.ts'
import { TaskFailure } from '../values/task-failure.ts'
import type { Output } from '../values/transfer.ts'
import { type Probe, type ProbeKind, probe } from './probe.ts'

/** A package as dpkg knows it. */
export interface Package {
  /** dpkg's word: installed, half-configured, unpacked, config-files ...; not-installed when it knows nothing. */
  readonly status: string
  /** Null when not installed. */
  readonly version: string | null
}

/** A package as the host's package manager knows it, whichever that is. */
export interface ManagedPackage extends Package {
  readonly manager: 'dpkg' | 'rpm' | 'none'
}

const kind: ProbeKind<string, ManagedPackage> = {
  name: 'package',
  subjects: ['packages'],
  key: (name) => name,
  posix: {
    // dpkg first: a Debian may have rpm as a tool. The third row's words are dpkg's, so that one reader reads both.
    script: (names) =>
      lines([
        sh`if command -v dpkg-query >/dev/null 2>&1; then
  printf 'dpkg\n'; dpkg-query -W -f '\${binary:Package} \${Package} \${db:Status-Status} \${Version}\n' -- ${names} 2>/dev/null; :
elif command -v rpm >/dev/null 2>&1; then
  printf 'rpm\n'; rpm -q --qf '%{NAME}:%{ARCH} %{NAME} installed %{VERSION}-%{RELEASE}\n' -- ${names} 2>/dev/null; :
else printf 'none\n'; fi`,
      ]),
    read: readAll,
  },
}

/** A package of the Debian family, `name` or `name:arch`. All packages of a request cost one process. */
export function debPackage(name: string): Probe<Package> {
  return probe(kind, name, ({ manager, status, version }) => {
    if (manager === 'dpkg') return { status, version }
    throw new TaskFailure('the host has no dpkg: it is no Debian or Ubuntu', {
      hint: 'deb packages go to hosts of the Debian family only',
    })
  })
}

/** A package by its name under dpkg, or under rpm where that is what the host has. The same question as a deb's. */
export function managedPackage(name: string): Probe<ManagedPackage> {
  return probe(kind, name)
}

function readAll(output: Output, names: readonly string[]): (ManagedPackage | TaskFailure)[] {
  if (output.truncated || output.timedOut)
    throw new TaskFailure('look for packages: the host printed too much')
  const [manager, ...rows] = output.stdout.toString('utf8').split('\n')
  if (!isManager(manager)) throw new TaskFailure("look for packages: the host's answer makes no sense")
  const found = new Map<string, ManagedPackage>()
  for (const row of rows) {
    const match = /^(\S+) (\S+) ([a-z-]{1,20}) (\S*)$/.exec(row)
    if (match === null) continue
    const [, full, name, status, version] = match as unknown as [string, string, string, string, string]
    const one = { manager, status, version: version === '' || status === 'not-installed' ? null : version }
    // Of several architectures the first counts for the bare name.
    for (const key of [full, name]) if (!found.has(key)) found.set(key, one)
  }
  return names.map((name) => found.get(name) ?? { manager, status: 'not-installed', version: null })
}

function isManager(word: string | undefined): word is ManagedPackage['manager'] {
  return word === 'dpkg' || word === 'rpm' || word === 'none'
}
