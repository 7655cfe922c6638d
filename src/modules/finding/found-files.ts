import { assignPath, type HostPath } from '../../probes/expand-path.ts'
import type { Probe } from '../../probes/probe.ts'
import { scriptProbe } from '../../probes/script.ts'
import type { Stat } from '../../probes/stat.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { reasonOf } from '../../values/host-failure.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Output } from '../../values/transfer.ts'

/** Where is looked, and how deep. */
export interface Search {
  readonly paths: readonly HostPath[]
  /** Undefined: all levels. */
  readonly depth: number | undefined
  /** Links to directories are entered. */
  readonly follow: boolean
  readonly type: 'file' | 'directory' | 'link' | 'any'
  /** Where there are more entries than this, or more than fit into an answer, they are not listed, and `examined` is greater. */
  readonly most?: number
}

export interface FoundFile {
  readonly path: string
  readonly stat: Stat
}

/** What was found under all paths. */
export interface Findings {
  readonly files: readonly FoundFile[]
  /** How many entries were looked at, of whatever type. */
  readonly examined: number
  /** Paths that are no directory. */
  readonly skipped: readonly string[]
  /** Seconds since 1970, by the host's clock. */
  readonly now: number
}

/** As in probes/stat.ts; the path comes last. */
const FORMAT = '%f %u %g %s %X %Y %Z %h %d %i %b %o %U %G'

const TYPES: Readonly<Record<Search['type'], ShellText>> = {
  file: sh`-type f`,
  directory: sh`-type d`,
  link: sh`-type l`,
  any: sh``,
}

/**
 * Everything below some directories. A row ends in NUL where the host's stat can print one, so that names may hold line
 * ends; busybox's cannot, and such names are not found there.
 */
export function findProbe(search: Search): Probe<Findings> {
  const { paths, depth, follow, type, most } = search
  const links = follow ? sh`-L` : sh`-H`
  const level = depth === undefined ? sh`` : sh`-maxdepth ${depth}`
  const script = lines([
    sh`m_o=-c; m_e=; if LC_ALL=C stat --printf '' / >/dev/null 2>&1; then m_o=--printf; m_e='\0'; fi
printf 'now\0%s\0' "$(date +%s)"`,
    ...paths.map(
      (path) => sh`${assignPath('m_p', path)}
if [ -d "$m_p" ]; then
  case $m_p in -*) m_p=./$m_p ;; esac
  m_c=$(find ${links} "$m_p" -mindepth 1 ${level} -exec sh -c 'printf "%s\n" $#' sh {} + 2>/dev/null | { m_c=0; while read -r m_x; do m_c=$((m_c + m_x)); done; printf '%s' $m_c; }); printf 'count\0%s\0' "$m_c"
  ${most === undefined ? sh`` : sh`[ "$m_c" -le ${most} ] || exit 0`}
  if [ $m_o = -c ]; then printf 'lines\0'; else printf 'rows\0'; fi
  LC_ALL=C find ${links} "$m_p" -mindepth 1 ${level} ${follow ? sh`` : TYPES[type]} -exec stat $m_o ${FORMAT}' %n'"$m_e" -- {} + 2>/dev/null
  printf '\0'
else printf 'skipped\0%s\0' "$m_p"; fi`,
    ),
    sh`exit 0`,
  ])
  return scriptProbe(script, (output) => read(output, search))
}

function read(output: Output, { type, most }: Search): Findings {
  if (output.rc !== 0) throw new TaskFailure(`find: ${reasonOf(output)}`)
  if (output.truncated && most !== undefined) return { files: [], examined: most + 1, skipped: [], now: 0 }
  if (output.truncated || output.timedOut)
    throw new TaskFailure('find: the host found more than the connection takes', {
      hint: 'name deeper paths, or look less deep (depth)',
    })
  const parts = output.stdout.toString('utf8').split('\0')
  const found = { files: [] as FoundFile[], examined: 0, skipped: [] as string[], now: 0 }
  for (let at = 0; at < parts.length - 1; at += 2) {
    const [name, value = ''] = [parts[at], parts[at + 1]]
    if (name === 'now') found.now = Number(value) || 0
    else if (name === 'count') found.examined += Number(value) || 0
    else if (name === 'skipped') found.skipped.push(value)
    else if (name === 'lines') found.files.push(...value.split('\n').flatMap((row) => rowOf(row) ?? []))
    else if (name === 'rows') {
      // Rows up to an empty one.
      let end = at + 1
      for (; end < parts.length && parts[end] !== ''; end += 1) {
        const file = rowOf(parts[end] as string)
        if (file !== undefined) found.files.push(file)
      }
      at = end - 1
    }
  }
  const files = type === 'any' ? found.files : found.files.filter(({ stat }) => stat.kind === type)
  return { ...found, files: files.sort((a, b) => (a.path < b.path ? -1 : 1)) }
}

const ROW = /^([0-9a-f]{1,8})((?: -?\d{1,20}){11}) (\S+) (\S+) (.*)$/s

const KINDS: Readonly<Record<number, Stat['kind']>> = { 8: 'file', 4: 'directory', 10: 'link' }

function rowOf(row: string): FoundFile | undefined {
  const match = ROW.exec(row)
  if (match === null) return undefined
  const [, type = '', numbers = '', owner = '', group = '', path = ''] = match
  const bits = Number.parseInt(type, 16)
  const [uid, gid, size, atime, mtime, ctime, links, device, inode, blocks, blockSize] = numbers
    .slice(1)
    .split(' ')
    .map(Number) as [
    ...[number, number, number, number, number, number, number, number, number, number, number],
  ]
  return {
    path: path.replace(/\/{2,}/g, '/'),
    stat: {
      ...{ kind: KINDS[bits >> 12] ?? 'other', type: bits >> 12, mode: bits & 0o7777 },
      ...{ uid, gid, size, atime, mtime, ctime, links, device, inode, blocks, blockSize },
      identity: `${device}:${inode}`,
      owner: owner === 'UNKNOWN' ? String(uid) : owner,
      group: group === 'UNKNOWN' ? String(gid) : group,
    },
  }
}
