import { type PowerShellText, ps } from '../shell/powershell/ps.ts'
import { lines, type ShellText, sh } from '../shell/sh.ts'
import { TaskFailure } from '../values/task-failure.ts'
import type { Output } from '../values/transfer.ts'
import { assignPath, type HostPath, pathKey, shownPath } from './expand-path.ts'
import { MOVED, type Probe, type ProbeKind, probe } from './probe.ts'
import { readAll, readFacts } from './read-stat.ts'
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
