import { ps } from '../../shell/powershell/ps.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { type HostPath, pathKey } from '../expand-path.ts'
import { type Probe, type ProbeKind, probe } from '../probe.ts'
import { windowsPath } from './path.ts'
import { secondsOfTicks, windowsNumber, windowsRows } from './rows.ts'

/** What is at a path on Windows. Times in seconds since 1970, with fractions. */
export interface WindowsFile {
  /** Whole, with `%NAME%` and `~` expanded. */
  readonly path: string
  readonly kind: 'missing' | 'file' | 'directory'
  /** The bits of FileAttributes: 1 read-only, 2 hidden, 4 system, 16 directory, 32 archive, 1024 reparse point. */
  readonly attributes: number
  /** Bytes; 0 for a directory. */
  readonly size: number
  readonly created: number
  readonly written: number
  readonly accessed: number
  /** A link or junction: what it leads to, as written in it; null for what is neither. */
  readonly target: string | null
  /** `Junction`, `SymbolicLink`, or the empty text. */
  readonly linkType: string
}

const COLUMNS = 9

const kind: ProbeKind<HostPath, WindowsFile> = {
  name: 'windows file',
  subjects: ['files'],
  key: pathKey,
  powershell: {
    script: (paths) => ps`foreach($p in ${paths.map(windowsPath)}){
  try{
    $q=m_path $p
    $t=[IO.File]::GetAttributes($q)
    $g='';$y=''
    if($t -band 1024){
      $x=Get-Item -LiteralPath $q -Force
      $y="$($x.LinkType)";$g="$(@($x.Target)[0])"
    }
    if($t -band 16){$i=New-Object IO.DirectoryInfo $q;$s=0;$k='d'}else{$i=New-Object IO.FileInfo $q;$s=$i.Length;$k='f'}
    $r=@($k,$q,[int]$t,$s,$i.CreationTimeUtc.Ticks,$i.LastWriteTimeUtc.Ticks,$i.LastAccessTimeUtc.Ticks,$y,$g)
  }
  catch [IO.FileNotFoundException],[IO.DirectoryNotFoundException],[IO.DriveNotFoundException]{$r=@('n',$q,0,0,0,0,0,'','')}
  catch{$r=@('!',$p,0,0,0,0,0,$_.Exception.Message,'')}
  foreach($x in $r){f $x}
}`,
    read: (output, paths) =>
      windowsRows(output, 'files', COLUMNS, paths.length).map((row) => {
        const [flag, path = '', attributes, size, created = '', written = '', accessed = '', type = ''] = row
        if (flag === '!') return new TaskFailure(`cannot look at ${path}: ${type}`)
        const number = (text: string | undefined) => windowsNumber(text, 'files')
        const link = number(attributes) & 1024
        const seconds = (ticks: string) => (flag === 'n' ? 0 : secondsOfTicks(ticks, 'files'))
        return {
          path,
          kind: flag === 'd' ? 'directory' : flag === 'f' ? 'file' : 'missing',
          attributes: number(attributes),
          size: number(size),
          created: seconds(created),
          written: seconds(written),
          accessed: seconds(accessed),
          target: link && row[8] !== '' ? (row[8] as string) : null,
          linkType: type,
        }
      }),
  },
}

/** What is at a path of type path on a Windows host. */
export function windowsFile(path: HostPath): Probe<WindowsFile> {
  return probe(kind, path)
}
