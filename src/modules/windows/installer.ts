import type { InstalledProgram } from '../../probes/windows/programs.ts'
import { type PowerShellText, ps } from '../../shell/powershell/ps.ts'
import { joinTexts, mapText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Output } from '../../values/transfer.ts'
import type { Text } from '../parameters.ts'
import { programAndRest } from './arguments.ts'

/** What Windows Installer ended with, and what it means (facts/windows.md 5.1). */
const CODES: ReadonlyMap<number, string> = new Map([
  [5, 'access is denied'],
  [87, 'a parameter is wrong'],
  [1601, 'the Windows Installer service cannot be reached'],
  [1602, 'it was cancelled'],
  [1603, 'a fatal error, which its log tells'],
  [1605, 'no such product is installed'],
  [1612, 'the source of the installation is gone'],
  [1614, 'the product is uninstalled'],
  [1618, 'another installation is running'],
  [1619, 'the package cannot be opened'],
  [1620, 'the package is not valid'],
  [1622, 'its log cannot be written'],
  [1624, 'a transform cannot be applied'],
  [1625, 'a policy of the system forbids it'],
  [1633, 'the package is for another platform'],
  [1638, 'another version with the same product code is installed'],
  [1639, 'its command line is wrong'],
])

/** For messages: `1603: a fatal error, which its log tells`. */
export function installerCode(rc: number): string {
  const known = CODES.get(rc)
  return known === undefined ? String(rc) : `${rc}: ${known}`
}

/** Set-up programs that ended so want a restart; with 1641 the host is going down already. */
export function wantsReboot(rc: number): boolean {
  return rc === 3010 || rc === 1641
}

/** What is asked for by `product_id`: the name of its key, or its name for people. */
export function findProgram(programs: readonly InstalledProgram[], id: string): InstalledProgram | undefined {
  const wanted = id.toLowerCase()
  return (
    programs.find((program) => program.id.toLowerCase() === wanted) ??
    programs.find((program) => program.upgradeCode.toLowerCase() === wanted) ??
    programs.find((program) => program.name.toLowerCase() === wanted)
  )
}

/**
 * How a program is removed without a question.
 * @param given words of the user's own
 * @throws TaskFailure for one whose set-up does not say
 */
export function removalCommand(
  program: InstalledProgram,
  given: Text = '',
): { readonly program: string; readonly arguments: Text } {
  const trimmed = (words: readonly Text[]) => mapText(joinTexts(words, ' '), (text) => text.trim())
  if (program.msi)
    return { program: 'msiexec.exe', arguments: trimmed(['/x', program.id, '/qn', '/norestart', given]) }
  const line = program.quietUninstall || program.uninstall
  if (line === '') throw new TaskFailure(`${program.name || program.id} does not say how it is removed`)
  const { program: file, rest } = programAndRest(line)
  return { program: file, arguments: trimmed([rest, given]) }
}

/** Bytes of the end of a log that are looked through. */
const MOST_LOG = 1_000_000

export interface Installation {
  readonly program: string
  readonly arguments: Text
  readonly folder: string | undefined
  /** It is msiexec, which writes a log; its end is told when it fails. */
  readonly msi: boolean
  /** Seconds that another installation (1618) is waited for. */
  readonly patience: number
}

/**
 * Runs a set-up program and waits for it; another installation is waited for. Prints the exit code, what the program
 * said, and the end of its log, each with NUL behind it.
 */
export function installScript(wanted: Installation): PowerShellText {
  return ps`$until=[DateTime]::UtcNow.AddSeconds(${wanted.patience})
$o=@{file=${wanted.program};arguments=${wanted.arguments};seconds=$global:m_seconds}
$d=${wanted.folder ?? null}
if($d){$o.folder=m_path $d}
$l=''
$t=''
if(${wanted.msi}){
  # A session that was killed left its log.
  foreach($x in [IO.Directory]::GetFiles([IO.Path]::GetTempPath(),'muster-msi-*.log')){try{[IO.File]::Delete($x)}catch{}}
  $l=[IO.Path]::Combine([IO.Path]::GetTempPath(),'muster-msi-'+[Guid]::NewGuid().ToString('N')+'.log')
  $o.arguments+=' /L*V "'+$l+'"'
}
# Verbose logs name the properties, which may be nobody's business: it goes whatever comes of it.
try{
  for(;;){
    $r=m_run $o
    if($r.rc -ne 1618 -or [DateTime]::UtcNow -ge $until){break}
    Start-Sleep -Seconds 5
  }
  if($l -and [IO.File]::Exists($l)){
    $s=New-Object IO.FileStream $l,'Open','Read','ReadWrite,Delete'
    try{
      $y=New-Object byte[] 2
      $null=$s.Read($y,0,2)
      # Its end; characters of two bytes stay whole.
      $k=[Math]::Max(0,$s.Length-${MOST_LOG})
      $null=$s.Seek($k-$k%2,'Begin')
      $x=New-Object byte[] ${MOST_LOG + 1}
      $q=0
      while($q -lt $x.Length -and ($g=$s.Read($x,$q,$x.Length-$q)) -gt 0){$q+=$g}
    }finally{$s.Dispose()}
    $n=[Text.Encoding]::Default
    if($y[0] -eq 255 -and $y[1] -eq 254){$n=[Text.Encoding]::Unicode}
    $x=@($n.GetString($x,0,$q).Split([char]10)|Where-Object{$_ -match 'Return value 3|rror|-- '}|Select-Object -Last 20)
    $t=@($x|ForEach-Object{$_.TrimEnd().Substring(0,[Math]::Min(500,$_.TrimEnd().Length))}) -join "\`n"
  }
}finally{if($l){try{[IO.File]::Delete($l)}catch{}}}
$n=[Text.Encoding]::Unicode
if($r.out.Length -lt 2 -or $r.out[1] -ne 0){$n=[Console]::OutputEncoding}
f $r.rc
f $n.GetString($r.out)
f $n.GetString($r.err)
f $t`
}

/** What {@link installScript} printed. */
export function readInstallation(output: Output): {
  readonly rc: number
  readonly stdout: string
  readonly stderr: string
  readonly log: string
} {
  const [rc = '', stdout = '', stderr = '', log = ''] = output.stdout.toString('utf8').split('\0')
  return { rc: Number(rc), stdout, stderr, log }
}
