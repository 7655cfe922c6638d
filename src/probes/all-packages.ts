import { sh } from '../shell/sh.ts'
import { TaskFailure } from '../values/task-failure.ts'
import type { Output } from '../values/transfer.ts'
import { type Probe, type ProbeKind, probe } from './probe.ts'

/** A package that is installed, in the words of its manager. */
export interface InstalledPackage {
  readonly name: string
  readonly version: string
  readonly architecture: string
  /** Of rpm; undefined of others. */
  readonly release?: string
  readonly epoch?: string
  /** Of dpkg; undefined of others. */
  readonly section?: string
}

export type PackageManager = 'apt' | 'rpm' | 'apk' | 'pacman'

/** All packages, and whose they are; the manager is null where the host has none that muster knows. */
export interface AllPackages {
  readonly manager: PackageManager | null
  readonly packages: readonly InstalledPackage[]
}

/** Fields of a row are parted by tabs: no name or version holds one. */
const kind: ProbeKind<readonly PackageManager[] | null, AllPackages> = {
  name: 'all-packages',
  subjects: ['packages'],
  key: (managers) => managers?.join(' ') ?? '',
  posix: {
    alone: true,
    script: ([managers]) => {
      const wanted = managers ?? ['apt', 'rpm', 'apk', 'pacman']
      return sh`m_w=' '${wanted.join(' ')}' '; m_has() { case $m_w in *" $1 "*) command -v "$2" >/dev/null 2>&1 ;; *) false ;; esac; }
if m_has apt dpkg-query; then printf 'apt\n'; dpkg-query -W -f '\${db:Status-Status}\t\${Package}\t\${Version}\t\${Architecture}\t\${Section}\n' 2>/dev/null
elif m_has rpm rpm; then printf 'rpm\n'; rpm -qa --qf 'installed\t%{NAME}\t%{VERSION}\t%{ARCH}\t%{RELEASE}\t%{EPOCH}\n' 2>/dev/null
elif m_has apk apk; then printf 'apk\n'; apk list -I 2>/dev/null
elif m_has pacman pacman; then printf 'pacman\n'; pacman -Q 2>/dev/null
else printf 'none\n'; fi
:`
    },
    read: (output) => [read(output)],
  },
}

/** Everything that is installed, as the first of these managers that the host has knows it; null: any. */
export function allPackages(managers: readonly PackageManager[] | null): Probe<AllPackages> {
  return probe(kind, managers)
}

function read(output: Output): AllPackages | TaskFailure {
  if (output.truncated || output.timedOut)
    return new TaskFailure('list packages: the host printed more than the connection takes')
  const [manager = '', ...rows] = output.stdout.toString('utf8').split('\n')
  if (manager === 'none') return { manager: null, packages: [] }
  const reader = Object.hasOwn(READERS, manager) ? READERS[manager as PackageManager] : undefined
  if (reader === undefined) return new TaskFailure("list packages: the host's answer cannot be read")
  return { manager: manager as PackageManager, packages: rows.flatMap((row) => reader(row) ?? []) }
}

const READERS: Readonly<Record<PackageManager, (row: string) => InstalledPackage | undefined>> = {
  apt: (row) => {
    const [status, name, version, architecture, section] = row.split('\t')
    if (status !== 'installed' || name === undefined || version === undefined) return undefined
    return { name, version, architecture: architecture ?? '', section: section ?? '' }
  },
  rpm: (row) => {
    const [status, name, version, architecture, release, epoch] = row.split('\t')
    if (status !== 'installed' || name === undefined || version === undefined) return undefined
    return {
      ...{ name, version, architecture: architecture ?? '', release: release ?? '' },
      ...(epoch === undefined || epoch === '(none)' ? {} : { epoch }),
    }
  },
  // NAME-VERSION-rRELEASE ARCH {ORIGIN} (LICENCE) [installed]
  apk: (row) => {
    const match = /^(\S+)-(\d[^\s-]*)-(r\d+) (\S+) /.exec(row)
    if (match === null) return undefined
    const [, name = '', version = '', release = '', architecture = ''] = match
    return { name, version, release, architecture }
  },
  pacman: (row) => {
    const [name, version] = row.split(' ')
    return name === undefined || version === undefined ? undefined : { name, version, architecture: '' }
  },
}
