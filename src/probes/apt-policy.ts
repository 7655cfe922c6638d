import { sh } from '../shell/sh.ts'
import { TaskFailure } from '../values/task-failure.ts'
import type { Output } from '../values/transfer.ts'
import { type Probe, type ProbeKind, probe } from './probe.ts'

/** What apt's lists say of a package. */
export interface AptPolicy {
  /** The version that apt would install; null when it knows none. */
  readonly candidate: string | null
  /** Versions that apt knows, the newest first. */
  readonly versions: readonly string[]
}

const VERSION = /^[0-9A-Za-z][0-9A-Za-z.+:~-]*$/

const kind: ProbeKind<string, AptPolicy> = {
  name: 'apt-policy',
  // Lists, pins and sources are files.
  subjects: ['packages', 'files'],
  key: (name) => name,
  posix: {
    script: (names) =>
      sh`command -v apt-cache >/dev/null 2>&1 && LC_ALL=C apt-cache policy -- ${names} 2>/dev/null; :`,
    read: readAll,
  },
}

/**
 * What apt would install for `name` or `name:arch`. All of a request cost one process, but a heavy one, which reads
 * apt's lists: ask only where dpkg's answer is not enough.
 */
export function aptPolicy(name: string): Probe<AptPolicy> {
  return probe(kind, name)
}

function readAll(output: Output, names: readonly string[]): (AptPolicy | TaskFailure)[] {
  if (output.truncated || output.timedOut)
    throw new TaskFailure("ask for apt's policy: the host printed too much")
  const blocks = new Map<string, string[]>()
  let name = ''
  for (const line of output.stdout.toString('utf8').split('\n')) {
    const heading = /^(\S+):$/.exec(line)?.[1]
    if (heading === undefined) blocks.get(name)?.push(line)
    else {
      name = heading
      blocks.set(name, [])
    }
  }
  return names.map((one) => readBlock(blocks.get(one) ?? blocks.get(one.replace(/:[^:]*$/, '')) ?? []))
}

function readBlock(lines: readonly string[]): AptPolicy {
  const candidate = lines
    .map((line) => /^ {2}Candidate: (\S+)$/.exec(line)?.[1])
    .find((one) => one !== undefined)
  return {
    candidate: candidate !== undefined && VERSION.test(candidate) ? candidate : null,
    versions: lines.flatMap((line) => /^ (?:\*\*\*| {3}) (\S+)(?: -?\d+)?$/.exec(line)?.[1] ?? []),
  }
}
