import { secondsOfTicks } from '../../probes/windows/rows.ts'
import { one, windowsScript } from '../../probes/windows/script.ts'
import { ps } from '../../shell/powershell/ps.ts'
import { Float } from '../../values/float.ts'
import { revealText } from '../../values/secret.ts'
import { type Dict, dict, type Value } from '../../values/value.ts'
import { readAge, readSize } from '../finding/wanted.ts'
import { defineModule } from '../module.ts'
import { attributeNames } from '../windows/files/attribute-names.ts'

/** Entries that are looked at in one task. */
const MOST = 500_000

export default defineModule({
  name: 'win_find',
  runsOn: 'host',
  collection: 'ansible.windows',
  platforms: ['windows'],
  checkMode: 'run',
  documentation: {
    summary: 'Finds files and folders on a Windows host.',
    notes: [
      'Times are local seconds, as in Ansible (those of win_stat are UTC). Regular expressions are those of .NET.',
      'Without hidden, a hidden file or folder is not told, but what is in a hidden folder is.',
      'It computes the checksum of every file that it finds, unless get_checksum is false.',
      `At most ${MOST} entries are looked at.`,
    ],
    examples: `
- name: old logs
  win_find: { paths: 'C:\\Logs', patterns: '*.log', age: 4w, recurse: true, get_checksum: false }
  register: old
- win_file: { path: '{{ item.path }}', state: absent }
  loop: '{{ old.files }}'
`,
    returns: {
      files:
        'a list, each with path, filename, extension, isdir, isreg, islnk, isjunction, size, checksum, owner, attributes and times',
      'matched, examined': 'how many were found, and looked at',
      skipped_paths: 'paths that could not be looked at, each with the reason',
    },
  },
  spec: {
    parameters: {
      paths: { type: 'list', elements: 'path', required: true, doc: 'Folders to look in.' },
      patterns: {
        type: 'list',
        default: [],
        aliases: ['regex', 'regexp'],
        doc: 'Names wanted: one of these patterns.',
      },
      use_regex: { type: 'bool', default: false, doc: 'The patterns are regular expressions.' },
      case_sensitive: { type: 'bool', default: false, doc: 'The patterns keep to upper and lower case.' },
      file_type: {
        type: 'str',
        choices: ['any', 'directory', 'file'],
        default: 'file',
        doc: 'What to find.',
      },
      recurse: { type: 'bool', default: false, doc: 'Look in folders below, too.' },
      depth: { type: 'int', doc: 'How many levels, with recurse; all without it.' },
      hidden: { type: 'bool', default: false, doc: 'Hidden files and folders count, too.' },
      size: {
        type: 'str',
        doc: 'At least so large (bytes, or with b, k, m, g, t); with - in front at most.',
      },
      age: { type: 'str', doc: 'At least so old (seconds, or with s, m, h, d, w); with - in front at most.' },
      age_stamp: { type: 'str', choices: ['atime', 'ctime', 'mtime'], default: 'mtime', doc: 'Whose age.' },
      get_checksum: { type: 'bool', default: true, doc: 'Compute the checksum of each file.' },
      checksum_algorithm: {
        type: 'str',
        default: 'sha1',
        choices: ['md5', 'sha1', 'sha256', 'sha384', 'sha512'],
        doc: 'Kind of checksum.',
      },
      follow: { type: 'bool', default: false, doc: 'Enter links and junctions.' },
    },
  },
  observe: (params) => {
    const size = params.file_type === 'directory' ? undefined : params.size
    return {
      found: windowsScript(
        ps`$now=[DateTime]::UtcNow
$max=${params.recurse ? (params.depth ?? 0) : 1}
$follow=${params.follow}
$hidden=${params.hidden}
$want=${params.file_type}
$names=${params.patterns}
$regex=${params.use_regex}
$case=${params.case_sensitive}
$size=${size === undefined ? null : readSize(revealText(size))}
$age=${params.age === undefined ? null : readAge(revealText(params.age))}
$stamp=${{ atime: 'LastAccessTimeUtc', ctime: 'CreationTimeUtc', mtime: 'LastWriteTimeUtc' }[params.age_stamp]}
$sum=${params.get_checksum ? params.checksum_algorithm : ''}
$n=0
if($regex){
  $c=[Text.RegularExpressions.RegexOptions]'IgnoreCase'
  if($case){$c=[Text.RegularExpressions.RegexOptions]'None'}
  $names=@($names|ForEach-Object{New-Object Text.RegularExpressions.Regex $_,$c,([TimeSpan]::FromSeconds(5))})
}
$todo=New-Object Collections.Queue
$deep=New-Object Collections.Queue
foreach($p in ${params.paths}){
  $q=m_path $p
  if([IO.Directory]::Exists($q)){$todo.Enqueue($q);$deep.Enqueue(1)}else{f 'skipped';f "$q|there is no folder"}
}
while($todo.Count -gt 0){
  $d=$todo.Dequeue()
  $l=$deep.Dequeue()
  try{$all=(New-Object IO.DirectoryInfo $d).GetFileSystemInfos()}catch{f 'skipped';f "$d|$($_.Exception.Message)";continue}
  foreach($x in $all){
    $n++
    if($n -gt ${MOST}){throw "there are more than ${MOST} entries"}
    $a=[int]$x.Attributes
    $dir=[bool]($a -band 16)
    if($dir -and ($max -eq 0 -or $l -lt $max) -and ($follow -or -not ($a -band 1024))){$todo.Enqueue($x.FullName);$deep.Enqueue($l+1)}
    if(-not $hidden -and ($a -band 2)){continue}
    if(($want -eq 'file' -and $dir) -or ($want -eq 'directory' -and -not $dir)){continue}
    if($names.Length -gt 0){
      $hit=$false
      foreach($p in $names){
        if($regex){$hit=$p.IsMatch($x.Name)}elseif($case){$hit=$x.Name -clike $p}else{$hit=$x.Name -like $p}
        if($hit){break}
      }
      if(-not $hit){continue}
    }
    if($null -ne $age){
      $o=($now-$x.$stamp).TotalSeconds
      if(($age -ge 0 -and $o -lt $age) -or ($age -lt 0 -and $o -gt -$age)){continue}
    }
    $b=0
    if(-not $dir){
      $b=$x.Length
      if($null -ne $size){if(($size -ge 0 -and $b -lt $size) -or ($size -lt 0 -and $b -gt -$size)){continue}}
    }
    $h=''
    if($sum -and -not $dir){try{$h=m_hash $x.FullName $sum}catch{}}
    $o=''
    try{$o="$((Get-Acl -LiteralPath $x.FullName).Owner)"}catch{}
    $k=''
    if($a -band 1024){try{$k="$((Get-Item -LiteralPath $x.FullName -Force).LinkType)"}catch{}}
    f 'file'
    f "$a|$b|$($x.CreationTime.Ticks)|$($x.LastWriteTime.Ticks)|$($x.LastAccessTime.Ticks)|$h|$k|$o|$($x.FullName)"
  }
}
f 'examined'
f $n`,
        'files',
        (told) => ({
          files: (told.get('file') ?? []).map(fileOf),
          examined: Number(one(told, 'examined')),
          skipped: new Map(
            (told.get('skipped') ?? []).map((line): [string, Value] => {
              const [path = '', ...why] = line.split('|')
              return [path, why.join('|')]
            }),
          ),
        }),
      ),
    }
  },
  // biome-ignore lint/correctness/useYield: it changes nothing.
  async *converge(_, { found }) {
    return {
      result: {
        files: found.files,
        matched: found.files.length,
        examined: found.examined,
        skipped_paths: found.skipped,
      },
    }
  },
})

/** A line of the script: its fields hold no `|`, which no name on Windows does. */
function fileOf(line: string): Dict {
  const [bits, size, created = '', written = '', accessed = '', checksum, linkType, owner = '', path = ''] =
    line.split('|')
  const attributes = Number(bits)
  const isdir = (attributes & 16) !== 0
  const filename = path.split('\\').at(-1) ?? ''
  return dict({
    path,
    filename,
    extension: isdir ? '' : (/\.[^.]*$/.exec(filename)?.[0] ?? ''),
    exists: true,
    isdir,
    isreg: !isdir,
    islnk: linkType === 'SymbolicLink',
    isjunction: linkType === 'Junction',
    ...(isdir ? {} : { size: Number(size) }),
    ...(checksum === '' || checksum === undefined ? {} : { checksum }),
    owner,
    attributes: attributeNames(attributes),
    ishidden: (attributes & 2) !== 0,
    isreadonly: (attributes & 1) !== 0,
    isarchive: (attributes & 32) !== 0,
    creationtime: new Float(secondsOfTicks(created, 'files')),
    lastwritetime: new Float(secondsOfTicks(written, 'files')),
    lastaccesstime: new Float(secondsOfTicks(accessed, 'files')),
  })
}
