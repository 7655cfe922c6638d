import { type PowerShellText, ps } from '../shell/powershell/ps.ts'
import { lines, type ShellText, sh } from '../shell/sh.ts'
import { TaskFailure } from '../values/task-failure.ts'
import type { Output } from '../values/transfer.ts'
import { assignPath, type HostPath, pathKey, shownPath } from './expand-path.ts'
import { strictText } from './fields.ts'
import { MOVED, type Probe, type ProbeKind, probe } from './probe.ts'
import { windowsPath } from './windows/path.ts'
import { secondsOfTicks, windowsNumber, windowsRows } from './windows/rows.ts'

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
  readonly ctime: number
  readonly links: number
  /** Device and inode: equal for two names of one file. */
  readonly identity: string
  readonly inode: number
  readonly device: number
  /** Of 512 bytes. */
  readonly blocks: number
  /** Bytes that the file system reads or writes at best. */
  readonly blockSize: number
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
  /** The directory that holds it, without links in its name; null when it cannot be entered. */
  readonly directory: string | null
  /** What the asking user may do, through links. */
  readonly may: { readonly read: boolean; readonly write: boolean; readonly execute: boolean }
}

const FORMAT = '%f %u %g %s %X %Y %Z %h %d %i %b %o\n%U\n%G'
const LINES_OF_STAT = 3

/**
 * `m_stat_of` prints what the shell itself can tell of the path in `m_p`: `L` a link, `E` something else, `N` nothing;
 * `e` when it leads somewhere, `r`, `w`, `x`; the path, and its directory. It needs no process.
 */
const FUNCTIONS: ShellText = sh`unset CDPATH; m_cwd=$PWD
m_stat_of() {
  m_f=N; m_a=; [ ! -e "$m_p" ] || { m_f=E; m_a=e; }; [ ! -L "$m_p" ] || m_f=L
  [ ! -r "$m_p" ] || m_a=\${m_a}r; [ ! -w "$m_p" ] || m_a=\${m_a}w; [ ! -x "$m_p" ] || m_a=\${m_a}x
  case $m_p in */*) m_d=\${m_p%/*}; m_d=\${m_d:-/} ;; *) m_d=. ;; esac
  if cd -P -- "$m_d" 2>/dev/null; then m_r=$PWD; cd -- "$m_cwd" 2>/dev/null || cd /; else m_r=; fi
  printf '%s%s\0%s\0%s\0' "$m_f" "$m_a" "$m_p" "$m_r"
  [ "$m_f" != N ]
}
m_readlinks() {
  m_o=$1; shift
  if readlink -z -- /proc/self/exe >/dev/null 2>&1; then readlink -z $m_o -- "$@" 2>/dev/null
  else for m_p; do readlink -n $m_o -- "$m_p" 2>/dev/null; printf '\0'; done; fi
}`

/** Asks for all in `"$@"` with one process, and two or three more where links are among them; nothing comes for what went meanwhile. */
const ASK: ShellText = sh`[ $# = 0 ] || LC_ALL=C stat -c ${FORMAT} -- "$@" 2>/dev/null
printf '\0'
m_n=$#; for m_p in "$@"; do [ ! -L "$m_p" ] || set -- "$@" "$m_p"; done; shift "$m_n"
if [ $# -gt 0 ]; then
  m_readlinks '' "$@"
  m_n=$#; for m_p in "$@"; do [ ! -e "$m_p" ] || set -- "$@" "$m_p"; done; shift "$m_n"
  if [ $# -gt 0 ]; then m_readlinks -f "$@"; LC_ALL=C stat -L -c ${FORMAT} -- "$@" 2>/dev/null; fi
fi
:`

const kind: ProbeKind<HostPath, PathFacts> = {
  name: 'stat',
  subjects: ['files', 'accounts'],
  key: pathKey,
  posix: {
    script: (paths) =>
      lines([
        FUNCTIONS,
        sh`set --`,
        ...paths.map((path) => sh`${assignPath('m_p', path)}; m_stat_of && set -- "$@" "$m_p"`),
        ASK,
      ]),
    read: readAll,
  },
  powershell: { script: askWindows, read: readWindows },
}

const COLUMNS = 10

/** The same on Windows, where modes and ids mean nothing: what may be done is that the file is not read-only. */
function askWindows(paths: readonly HostPath[]): PowerShellText {
  return ps`function m_one($i,$t){if($t -band 16){'d';0}else{'f';$i.Length};$i.LastAccessTimeUtc.Ticks;$i.LastWriteTimeUtc.Ticks;$i.CreationTimeUtc.Ticks}
foreach($p in ${paths.map(windowsPath)}){
  try{
    $q=m_path $p
    $t=[IO.File]::GetAttributes($q)
    $i=New-Object IO.FileInfo $q
    if($t -band 16){$i=New-Object IO.DirectoryInfo $q}
    $l=''
    if($t -band 1024){$l="$(@((Get-Item -LiteralPath $q -Force).Target)[0])"}
    $r=@('y',$q,"$([IO.Path]::GetDirectoryName($q))",$l,[int]$t)+@(m_one $i $t)
  }catch [IO.FileNotFoundException],[IO.DirectoryNotFoundException],[IO.DriveNotFoundException]{
    $d=[IO.Path]::GetDirectoryName($q)
    if(-not [IO.Directory]::Exists($d)){$d=''}
    $r=@('n',$q,$d,'',0,'',0,0,0,0)
  }
  catch{$r=@('!',$_.Exception.Message,'','',0,'',0,0,0,0)}
  foreach($x in $r){f $x}
}`
}

function readWindows(output: Output, paths: readonly HostPath[]): (PathFacts | TaskFailure)[] {
  return windowsRows(output, 'files', COLUMNS, paths.length).map((row, at) => {
    const [flag, path = '', directory = '', link = '', attributes, type, size, ...times] = row
    if (flag === '!') return new TaskFailure(`cannot look at ${shownPath(paths[at] as HostPath)}: ${path}`)
    const there = flag === 'y'
    const bits = windowsNumber(attributes, 'files')
    const isLink = (bits & 1024) !== 0 && link !== ''
    const [atime = 0, mtime = 0, ctime = 0] = there
      ? times.map((ticks) => Math.floor(secondsOfTicks(ticks, 'files')))
      : []
    const kind = isLink ? 'link' : type === 'd' ? 'directory' : 'file'
    const stat: Stat = {
      ...{
        kind,
        type: kind === 'link' ? 10 : kind === 'directory' ? 4 : 8,
        mode: type === 'd' ? 0o755 : 0o644,
      },
      ...{ uid: 0, gid: 0, size: windowsNumber(size, 'files'), atime, mtime, ctime, links: 1 },
      ...{
        identity: path.toLowerCase(),
        inode: 0,
        device: 0,
        blocks: 0,
        blockSize: 4096,
        owner: '',
        group: '',
      },
    }
    const may = { read: there, write: there && (bits & 1) === 0, execute: there }
    return {
      path,
      stat: there ? stat : null,
      link: isLink ? link : null,
      target: isLink ? { path: link, stat: { ...stat, kind: type === 'd' ? 'directory' : 'file' } } : null,
      directory: directory === '' ? null : directory,
      may,
    }
  })
}

/** What is at a path of type path: `~`, `~user` and `$NAME` are expanded on the host as the user who asks. */
export function stat(path: HostPath): Probe<PathFacts> {
  return probe(kind, path)
}

/** The last words of a script that changed a path: its state, as the probe has it, for {@link readPrinted}. One process. */
export function printStat(path: string): ShellText {
  return lines([FUNCTIONS, sh`set --; m_p=${path}; m_stat_of && set -- "$@" "$m_p"`, ASK])
}

/** Reads what {@link printStat} printed. @throws TaskFailure */
export function readPrinted(stdout: Buffer, path: string): PathFacts {
  const [answer] = readFacts(stdout, [path])
  if (answer === undefined || answer === MOVED)
    throw new TaskFailure(`${path} was changed by something else meanwhile`, {
      hint: 'find out what else is at work there',
    })
  if (answer instanceof TaskFailure) throw answer
  return answer
}

interface Seen {
  readonly path: Buffer
  readonly directory: Buffer
  readonly flags: string
}

function readAll(output: Output, paths: readonly HostPath[]): (PathFacts | TaskFailure | typeof MOVED)[] {
  if (output.truncated || output.timedOut) throw new TaskFailure('look at files: the host printed too much')
  return readFacts(output.stdout, paths)
}

function readFacts(stdout: Buffer, paths: readonly HostPath[]): (PathFacts | TaskFailure | typeof MOVED)[] {
  const reader = new Reader(stdout)
  const seen = paths.map((): Seen => {
    const flags = reader.next()?.toString('latin1') ?? ''
    const path = reader.next()
    const directory = reader.next()
    if (directory === undefined || path === undefined || !/^[NEL]e?r?w?x?$/.test(flags))
      throw new TaskFailure("look at files: the host's answer makes no sense")
    return { flags, path, directory }
  })
  const there = seen.filter(({ flags }) => flags[0] !== 'N')
  const stats = readStats(reader.next() ?? Buffer.alloc(0))
  if (stats?.length === 0 && there.length === 1 && paths.length === 1)
    throw noStat(shownPath(paths[0] as HostPath))
  const links = there.filter(({ flags }) => flags[0] === 'L')
  const texts = links.map(() => reader.next())
  const leading = links.filter(({ flags }) => flags.includes('e'))
  const reals = leading.map(() => reader.next())
  const followed = readStats(reader.rest())
  if (stats?.length !== there.length || followed?.length !== leading.length || texts.includes(undefined))
    return paths.map(() => MOVED)
  const at = (all: readonly Seen[]) => new Map(all.map((one, index) => [one, index]))
  const [thereAt, linkAt, leadingAt] = [at(there), at(links), at(leading)]
  return seen.map((one) =>
    orFailure(() => {
      const link = texts[linkAt.get(one) ?? -1]
      const real = reals[leadingAt.get(one) ?? -1]
      return {
        path: strictText(one.path, 'a file name'),
        stat: stats[thereAt.get(one) ?? -1] ?? null,
        link: link === undefined ? null : strictText(link, 'the text of a link'),
        target:
          real === undefined
            ? null
            : {
                path: strictText(real, 'a file name'),
                stat: followed[leadingAt.get(one) ?? -1] as Stat,
              },
        directory: one.directory.length === 0 ? null : strictText(one.directory, 'the name of a directory'),
        may: {
          read: one.flags.includes('r'),
          write: one.flags.includes('w'),
          execute: one.flags.includes('x'),
        },
      }
    }),
  )
}

function noStat(path: string): TaskFailure {
  return new TaskFailure(`cannot read the state of ${path}: the host's stat printed nothing usable`, {
    hint: 'muster needs a stat that knows -c (GNU coreutils or busybox)',
  })
}

function orFailure<T>(read: () => T): T | TaskFailure {
  try {
    return read()
  } catch (error) {
    if (error instanceof TaskFailure) return error
    throw error
  }
}

/** Values that end in NUL, one after the other. */
class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** Undefined when there is none. */
  next(): Buffer | undefined {
    const end = this.#bytes.indexOf(0, this.#at)
    if (end === -1) return undefined
    const value = this.#bytes.subarray(this.#at, end)
    this.#at = end + 1
    return value
  }

  rest(): Buffer {
    return this.#bytes.subarray(this.#at)
  }
}

const KINDS: Readonly<Record<number, Stat['kind']>> = { 8: 'file', 4: 'directory', 10: 'link' }

/** Undefined when it is no sequence of stats. */
function readStats(bytes: Buffer): Stat[] | undefined {
  const text = bytes.toString('utf8')
  if (text === '') return []
  const rows = text.replace(/\n$/, '').split('\n')
  if (rows.length % LINES_OF_STAT !== 0) return undefined
  const stats: Stat[] = []
  for (let row = 0; row < rows.length; row += LINES_OF_STAT) {
    const numbers = /^([0-9a-f]{1,8})((?: -?\d{1,20}){11})$/.exec(rows[row] as string)
    if (numbers === null) return undefined
    const bits = Number.parseInt(numbers[1] as string, 16)
    const [uid, gid, size, atime, mtime, ctime, links, device, inode, blocks, blockSize] = (
      numbers[2] as string
    )
      .slice(1)
      .split(' ')
    stats.push({
      kind: KINDS[bits >> 12] ?? 'other',
      type: bits >> 12,
      mode: bits & 0o7777,
      uid: Number(uid),
      gid: Number(gid),
      size: Number(size),
      atime: Number(atime),
      mtime: Number(mtime),
      ctime: Number(ctime),
      links: Number(links),
      identity: `${device}:${inode}`,
      device: Number(device),
      inode: Number(inode),
      blocks: Number(blocks),
      blockSize: Number(blockSize),
      owner: nameOr(rows[row + 1] as string, uid as string),
      group: nameOr(rows[row + 2] as string, gid as string),
    })
  }
  return stats
}

function nameOr(name: string, id: string): string {
  return name === 'UNKNOWN' ? id : name
}
