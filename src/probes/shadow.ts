import { sh } from '../shell/sh.ts'
import { revealText, type Secret } from '../values/secret.ts'
import { TaskFailure } from '../values/task-failure.ts'
import type { Output } from '../values/transfer.ts'
import { type Probe, type ProbeKind, probe } from './probe.ts'

/** Fields of a shadow entry, as written: empty where there is no value. Days count from 1970. */
export interface Shadow {
  readonly password: string
  readonly min: string
  readonly max: string
  readonly warn: string
  readonly expires: string
}

const kind: ProbeKind<string, Shadow | null> = {
  name: 'shadow',
  subjects: ['accounts', 'packages'],
  key: (name) => name,
  posix: {
    script: (names) => sh`if command -v getent >/dev/null 2>&1; then getent shadow -- ${names} 2>/dev/null
elif [ -r /etc/shadow ]; then while IFS= read -r m_l || [ -n "$m_l" ]; do printf '%s\n' "$m_l"; done </etc/shadow; fi
:`,
    read: readAll,
  },
}

/** A user's shadow entry; null without one, or when it may not be read. All of a request cost one process. */
export function shadow(name: string | Secret): Probe<Shadow | null> {
  return probe(kind, revealText(name))
}

function readAll(output: Output, names: readonly string[]): (Shadow | null)[] {
  if (output.truncated || output.timedOut) throw new TaskFailure('look for users: the host printed too much')
  const found = new Map<string, Shadow>()
  for (const line of output.stdout.toString('utf8').split('\n')) {
    const [name = '', password = '', , min = '', max = '', warn = '', , expires = ''] = line.split(':')
    if (name !== '' && !found.has(name)) found.set(name, { password, min, max, warn, expires })
  }
  return names.map((name) => found.get(name) ?? null)
}
