import { sh } from '../shell/sh.ts'
import { revealText, type Secret } from '../values/secret.ts'
import { TaskFailure } from '../values/task-failure.ts'
import type { Output } from '../values/transfer.ts'
import { type Probe, type ProbeKind, probe } from './probe.ts'

const kind: ProbeKind<string, readonly string[]> = {
  name: 'memberships',
  subjects: ['accounts', 'packages'],
  key: (name) => name,
  posix: {
    script: () => sh`if command -v getent >/dev/null 2>&1; then getent group
else while IFS= read -r m_l || [ -n "$m_l" ]; do printf '%s\n' "$m_l"; done </etc/group; fi
:`,
    read: readAll,
  },
}

/** Names of the groups that list a user as a member, as far as the host's databases can be listed. One process for all. */
export function memberships(user: string | Secret): Probe<readonly string[]> {
  return probe(kind, revealText(user))
}

function readAll(output: Output, names: readonly string[]): (readonly string[])[] {
  if (output.truncated || output.timedOut)
    throw new TaskFailure('list the groups: the host printed too much', {
      hint: 'its databases have more groups than one answer holds',
    })
  const groups = new Map<string, string[]>(names.map((name) => [name, []]))
  for (const line of output.stdout.toString('utf8').split('\n')) {
    const [group = '', , , members = ''] = line.split(':')
    for (const member of members.split(',')) groups.get(member)?.push(group)
  }
  return names.map((name) => [...new Set(groups.get(name))])
}
