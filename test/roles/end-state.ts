import type { TestHost } from '../hosts/index.ts'
import { type Snapshot, takeSnapshot } from '../hosts/snapshot.ts'

// What the roles of this folder make of a host, in a form that two ways of running them can be compared by.

/** What a tool keeps for itself: Ansible's temporary folders, muster's remembered digests. */
const OF_TOOLS = ['*/.ansible', '*/.ansible/*', '/var/lib/muster', '/var/lib/muster/*']

/** Lines that came and went on a host, per part of its snapshot. */
export type Difference = Readonly<Record<keyof Snapshot, readonly string[]>>

export function stateOf(host: TestHost): Promise<Snapshot> {
  return takeSnapshot(host, OF_TOOLS)
}

/** `+` and `-` lines; without numbers of accounts and days, and without digests that depend on them or on dpkg-deb. */
export function difference(before: Snapshot, after: Snapshot): Difference {
  const parts = Object.keys(before) as (keyof Snapshot)[]
  const entries = parts.map((part) => {
    const [old, made] = [before, after].map((each) => new Set(each[part].split('\n').map(steady)))
    const lines = [
      ...[...old!].filter((line) => !made!.has(line)).map((line) => `-${line}`),
      ...[...made!].filter((line) => !old!.has(line)).map((line) => `+${line}`),
    ]
    return [part, lines.toSorted()]
  })
  return Object.fromEntries(entries)
}

/** Digests of what depends on the system's own choices: accounts' numbers, dpkg-deb's compression. */
const VARYING =
  /^[0-9a-f]{64}(?= {2}(?:\/opt\/repository\/(?:Packages|[\w-]+\.deb)|\/etc\/(?:g?shadow|passwd|group|subuid|subgid))$)/

function steady(line: string): string {
  // passwd and group: the numbers are the system's choice; shadow: the day of the last change.
  if (/^[a-z_][\w-]*:/.test(line)) return line.replaceAll(/:\d+(?=:|$)/g, ':N')
  return line.replace(VARYING, 'varies')
}
