import { lines, type ShellText, sh } from '../shell/sh.ts'
import { revealText, type Secret } from '../values/secret.ts'
import { TaskFailure } from '../values/task-failure.ts'
import type { Output } from '../values/transfer.ts'
import { type Probe, type ProbeKind, probe } from './probe.ts'

/** A user as the host's databases have it. */
export interface User {
  readonly name: string
  readonly uid: number
  /** Id of the primary group. */
  readonly gid: number
  readonly comment: string
  readonly home: string
  readonly shell: string
}

/** A group as the host's databases have it. */
export interface Group {
  readonly name: string
  readonly gid: number
  readonly members: readonly string[]
}

/** One getent for all names; where it is missing (or finds nothing) the file is read by the shell itself. */
function lookUp(database: 'passwd' | 'group', names: readonly string[]): ShellText {
  return sh`if command -v getent >/dev/null 2>&1; then getent ${database} -- ${names} 2>/dev/null
else while IFS= read -r m_l || [ -n "$m_l" ]; do printf '%s\n' "$m_l"; done <${`/etc/${database}`}; fi
:`
}

const userKind: ProbeKind<string, User | null> = {
  name: 'user',
  subjects: ['accounts', 'packages'],
  key: (name) => name,
  posix: {
    script: (names) => lookUp('passwd', names),
    read: (output, names) => find(output, names, readUser, ({ name, uid }) => [name, String(uid)]),
  },
}

const groupKind: ProbeKind<string, Group | null> = {
  name: 'group',
  subjects: ['accounts', 'packages'],
  key: (name) => name,
  posix: {
    script: (names) => lookUp('group', names),
    read: (output, names) => find(output, names, readGroup, ({ name, gid }) => [name, String(gid)]),
  },
}

/** The user of that name or number; null when the host knows none. All users of a request cost one process. */
export function user(name: string | Secret): Probe<User | null> {
  return probe(userKind, revealText(name))
}

/** The group of that name or number; null when the host knows none. All groups of a request cost one process. */
export function group(name: string | Secret): Probe<Group | null> {
  return probe(groupKind, revealText(name))
}

function find<T>(
  output: Output,
  names: readonly string[],
  read: (fields: readonly string[]) => T | null,
  keysOf: (entry: T) => readonly string[],
): (T | null)[] {
  if (output.truncated || output.timedOut) throw new TaskFailure('look for users: the host printed too much')
  const byName = new Map<string, T>()
  const byId = new Map<string, T>()
  for (const line of output.stdout.toString('utf8').split('\n')) {
    const entry = read(line.split(':'))
    if (entry === null) continue
    const [name, id] = keysOf(entry) as [string, string]
    // The first of several counts, as for the host itself.
    if (!byName.has(name)) byName.set(name, entry)
    if (!byId.has(id)) byId.set(id, entry)
  }
  return names.map((name) => byName.get(name) ?? (/^\d+$/.test(name) ? byId.get(name) : undefined) ?? null)
}

function readUser(fields: readonly string[]): User | null {
  const [name = '', , uid = '', gid = '', comment = '', home = '', shell = ''] = fields
  if (fields.length < 7 || name === '' || !isId(uid) || !isId(gid)) return null
  return { name, uid: Number(uid), gid: Number(gid), comment, home, shell }
}

function readGroup(fields: readonly string[]): Group | null {
  const [name = '', , gid = '', members = ''] = fields
  if (fields.length < 4 || name === '' || !isId(gid)) return null
  return { name, gid: Number(gid), members: members === '' ? [] : members.split(',') }
}

function isId(text: string): boolean {
  return /^\d{1,10}$/.test(text)
}

/** As whom steps run, and with which umask. */
export interface Runner {
  readonly uid: number
  readonly gid: number
  readonly umask: number
}

const runnerKind: ProbeKind<null, Runner> = {
  name: 'runner',
  subjects: [],
  key: () => '',
  posix: {
    // The kernel tells the shell of itself; without /proc it takes two processes.
    script: () =>
      lines([
        sh`m_u=; m_g=; { while read -r m_k m_x m_e m_l; do case $m_k in Uid:) m_u=$m_e ;; Gid:) m_g=$m_e; break ;; esac; done </proc/self/status; } 2>/dev/null
[ -n "$m_g" ] || { m_u=$(id -u); m_g=$(id -g); }
printf '%s %s ' "$m_u" "$m_g"; umask`,
      ]),
    read: (output) => {
      const match = /^(\d{1,10}) (\d{1,10}) ([0-7]{1,5})\n$/.exec(output.stdout.toString('latin1'))
      if (match === null) throw new TaskFailure("the host's answer cannot be read (ids of the running user)")
      const umask = Number.parseInt(match[3] as string, 8)
      return [{ uid: Number(match[1]), gid: Number(match[2]), umask }]
    },
  },
}

/** Costs no process. */
export function runner(): Probe<Runner> {
  return probe(runnerKind, null)
}
