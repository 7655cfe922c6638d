import { lines, type ShellText, sh } from '../shell/sh.ts'
import { TaskFailure } from '../values/task-failure.ts'
import type { Output } from '../values/transfer.ts'
import { type Probe, type ProbeKind, probe } from './probe.ts'

/** A package as dpkg knows it. */
export interface Package {
  /** dpkg's word: installed, half-configured, unpacked, config-files ...; not-installed when it knows nothing. */
  readonly status: string
  /** Null when not installed. */
  readonly version: string | null
  /** dpkg's word (`amd64`, `all`); null when it knows nothing. */
  readonly architecture: string | null
}

export const NOT_INSTALLED: Package = { status: 'not-installed', version: null, architecture: null }

const kind: ProbeKind<string, Package> = {
  name: 'package',
  subjects: ['packages'],
  key: (name) => name,
  posix: {
    script: (names) =>
      lines([
        sh`if command -v dpkg-query >/dev/null 2>&1; then
  ${packageQuery} -- ${names} 2>/dev/null; :
else echo none; fi`,
      ]),
    read: readAll,
  },
}

/** Words that print what dpkg knows of packages, for {@link readPackages}; of all of them, or of those whose names follow. */
export const packageQuery: ShellText = sh`dpkg-query -W -f '\${Package} \${Architecture} \${db:Status-Status} \${Version}\n'`

/** A package of the Debian family, `name` or `name:arch`. All packages of a request cost one process. */
export function debPackage(name: string): Probe<Package> {
  return probe(kind, name)
}

/** @throws TaskFailure that a host without dpkg deserves */
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

function readAll(output: Output, names: readonly string[]): (Package | TaskFailure)[] {
  if (output.truncated || output.timedOut)
    throw new TaskFailure('look for packages: the host printed too much')
  const text = output.stdout.toString('utf8')
  if (text === 'none\n') throw noDpkg()
  const found = readPackages(text)
  return names.map((name) => found.get(name) ?? NOT_INSTALLED)
}
