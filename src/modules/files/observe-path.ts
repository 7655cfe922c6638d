import { type Field, strictText } from '../../probes/fields.ts'
import { type ShellText, sh } from '../../shell/sh.ts'
import { TaskFailure } from '../../values/task-failure.ts'

/** What lstat or stat says. Ids are numbers, times whole seconds since 1970. */
export interface Stat {
  readonly kind: 'file' | 'directory' | 'link' | 'other'
  /** The four bits of the kind as stat(2) has them: 8 file, 4 directory, 10 link, 2 and 6 devices, 1 fifo, 12 socket. */
  readonly type: number
  /** All twelve permission bits. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly size: number
  readonly atime: number
  readonly mtime: number
  readonly links: number
  /** Device and inode: equal for two names of one file. */
  readonly identity: string
  /** Names, or the ids as text where the host knows none. */
  readonly owner: string
  readonly group: string
}

/** The state of a path on the host. */
export interface PathFacts {
  /** After `~` and variables were expanded. */
  readonly path: string
  /** Of the path itself; null when nothing is there. */
  readonly stat: Stat | null
  /** The text of a link. */
  readonly link: string | null
  /** What a link leads to in the end; null for other kinds and for links to nothing. */
  readonly target: { readonly path: string; readonly stat: Stat } | null
  /** Hex SHA-256 of the file, through links; null when not asked for, no file, or not readable. */
  readonly sha256: string | null
  readonly unreadable: boolean
}

/**
 * Shell functions for {@link observePath}; once at the head of a script. `m_path PATH SUM` prints the facts of a path,
 * with a checksum when SUM is not empty. Names of variables and functions begin with `m_`, out of the user's way.
 */
export const pathFunctions: ShellText = sh`m_format='%f %u %g %s %X %Y %h %d:%i
%U
%G'
m_sum() { m_s=$({ sha256sum || busybox sha256sum || openssl dgst -sha256 -r; } 2>/dev/null); printf %s "\${m_s%% *}"; }
m_path() {
  printf 'path\0%s\0' "$1"
  if [ -L "$1" ]; then printf 'link\0'; readlink -n -- "$1"; printf '\0'; fi
  if [ -e "$1" ] || [ -L "$1" ]; then printf 'stat\0%s\0' "$(LC_ALL=C stat -c "$m_format" -- "$1")"; fi
  if [ -L "$1" ] && [ -e "$1" ]; then
    printf 'target\0'; readlink -n -f -- "$1"; printf '\0tstat\0%s\0' "$(LC_ALL=C stat -L -c "$m_format" -- "$1")"
  fi
  if [ -n "$2" ] && [ -f "$1" ]; then
    if [ -r "$1" ]; then printf 'sum\0%s\0' "$(m_sum < "$1")"; else printf 'unreadable\0\0'; fi
  fi
}`

/** Prints the facts of the path in a shell variable; needs {@link pathFunctions}. */
export function observePath(variable: ShellText, withSum: boolean): ShellText {
  return sh`m_path "${variable}" ${withSum ? 'sum' : ''}`
}

/** Splits fields into one record a `path` field; what comes before the first one is left out. */
export function readPaths(fields: readonly Field[]): PathFacts[] {
  const paths: PathFacts[] = []
  fields.forEach((field, at) => {
    if (field.name !== 'path') return
    const next = fields.findIndex((later, index) => index > at && later.name === 'path')
    paths.push(readPath(fields.slice(at, next === -1 ? undefined : next)))
  })
  return paths
}

/** The facts of the first path among the fields. @throws TaskFailure */
export function readPath(fields: readonly Field[]): PathFacts {
  const text = (name: string): string | undefined => {
    const found = fields.find((field) => field.name === name)
    return found === undefined ? undefined : strictText(found.value, 'a file name')
  }
  const path = text('path')
  if (path === undefined) throw new TaskFailure("the host's answer makes no sense (no path)")
  const stat = text('stat')
  const target = text('target')
  const sum = text('sum')
  if (sum === '')
    throw new TaskFailure(
      `cannot compute the checksum of ${path}: neither sha256sum nor openssl worked on the host`,
    )
  return {
    path,
    stat: stat === undefined ? null : readStat(stat, path),
    link: text('link') ?? null,
    target: target === undefined ? null : { path: target, stat: readStat(text('tstat') ?? '', target) },
    sha256: sum === undefined ? null : checkedSum(sum, path),
    unreadable: text('unreadable') !== undefined,
  }
}

function checkedSum(sum: string, path: string): string {
  if (!/^[0-9a-f]{64}$/.test(sum)) throw new TaskFailure(`the host sent no SHA-256 for ${path}`)
  return sum
}

const KINDS: Readonly<Record<number, Stat['kind']>> = { 8: 'file', 4: 'directory', 10: 'link' }

function readStat(text: string, path: string): Stat {
  const match =
    /^([0-9a-f]{1,8}) (\d+) (\d+) (\d+) (-?\d+) (-?\d+) (\d+) (\d+:\d+)\n([^\n]*)\n([^\n]*)$/.exec(text)
  if (match === null)
    throw new TaskFailure(`cannot read the state of ${path}: the host's stat printed nothing usable`, {
      hint: 'muster needs a stat that knows -c (GNU coreutils or busybox)',
    })
  const bits = Number.parseInt(match[1]!, 16)
  return {
    kind: KINDS[bits >> 12] ?? 'other',
    type: bits >> 12,
    mode: bits & 0o7777,
    uid: Number(match[2]),
    gid: Number(match[3]),
    size: Number(match[4]),
    atime: Number(match[5]),
    mtime: Number(match[6]),
    links: Number(match[7]),
    identity: match[8]!,
    owner: match[9] === 'UNKNOWN' ? match[2]! : match[9]!,
    group: match[10] === 'UNKNOWN' ? match[3]! : match[10]!,
  }
}
