import { ps } from '../../shell/powershell/ps.ts'
import { sh } from '../../shell/sh.ts'
import { revealText, type Secret } from '../../values/secret.ts'
import { type Probe, type ProbeKind, probe } from '../probe.ts'
import { windowsNumber, windowsRows } from './rows.ts'

/** A service of Windows, from the registry and the service manager (facts/windows.md 4.3). */
export interface WindowsService {
  readonly exists: boolean
  /** As it is registered; what was asked for where there is none. */
  readonly name: string
  readonly displayName: string
  readonly state: 'stopped' | 'running' | 'paused' | 'pending' | 'missing'
  readonly startMode: 'auto' | 'delayed' | 'manual' | 'disabled' | 'other'
  /** The command line, with variables unexpanded. */
  readonly path: string
  /** As the service manager spells it: `LocalSystem`, `NT SERVICE\x`, `.\user`. */
  readonly account: string
  readonly description: string
  readonly dependencies: readonly string[]
  readonly dependents: readonly string[]
  /** Lines `NAME=VALUE` of its own environment. */
  readonly environment: readonly string[]
  /** The value FailureActions in hexadecimal digits; '' when there is none. */
  readonly failureActions: string
  readonly failureFlag: boolean
  /** 0 none, 1 unrestricted, 3 restricted. */
  readonly sidType: number
  /** Process id of the running service's program is not told by the registry. */
  readonly type: number
}

const COLUMNS = 16

const kind: ProbeKind<string, WindowsService> = {
  name: 'windows service',
  subjects: ['units', 'packages'],
  key: (name) => name.toLowerCase(),
  // There are no services of Windows, as there are no units of systemd on Windows.
  posix: { script: () => sh`:`, read: (_, names) => names.map(missingService) },
  powershell: {
    script: (names) => ps`m_services
foreach($n in ${names}){
  $s=$m_all[$n]
  if($null -eq $s){foreach($d in $m_all.Values){if($d.DisplayName -eq $n){$s=$d}}}
  if($null -eq $s){$r=@('n',$n,'','',0,0,'','','','','','','',0,0,0)}
  else{
    $k=[Microsoft.Win32.Registry]::LocalMachine.OpenSubKey("SYSTEM\CurrentControlSet\Services\$($s.ServiceName)")
    function g($v,$d){$x=$k.GetValue($v,$d,'DoNotExpandEnvironmentNames');if($null -eq $x){$d}else{$x}}
    # Not through the function, which would make a list of objects of it.
    $x=$k.GetValue('FailureActions')
    $h=''
    if($x -is [byte[]]){$h=[BitConverter]::ToString($x).Replace('-','')}
    $t=@()
    try{$t=@($s.DependentServices|ForEach-Object{$_.ServiceName})}catch{}
    $r=@('y',$s.ServiceName,$s.DisplayName,"$($s.Status)",(g 'Start' 0),(g 'DelayedAutoStart' 0),(g 'ImagePath' ''),(g 'ObjectName' 'LocalSystem'),(g 'Description' ''),
      (@(g 'DependOnService' @()) -join "\`n"),($t -join "\`n"),(@(g 'Environment' @()) -join "\`n"),$h,(g 'FailureActionsOnNonCrashFailures' 0),(g 'ServiceSidType' 0),(g 'Type' 0))
    $k.Dispose()
  }
  foreach($x in $r){f $x}
}`,
    read: (output, names) =>
      windowsRows(output, 'services', COLUMNS, names.length).map((row) => {
        const number = (at: number) => windowsNumber(row[at], 'services')
        const list = (at: number) => (row[at] ?? '').split('\n').filter((line) => line !== '')
        return {
          exists: row[0] === 'y',
          name: row[1] ?? '',
          displayName: row[2] ?? '',
          state: row[0] === 'y' ? (STATES[row[3] ?? ''] ?? 'pending') : 'missing',
          startMode: number(4) === 2 && number(5) === 1 ? 'delayed' : (MODES[number(4)] ?? 'other'),
          path: row[6] ?? '',
          account: row[7] ?? '',
          description: row[8] ?? '',
          dependencies: list(9),
          dependents: list(10),
          environment: list(11),
          failureActions: row[12] ?? '',
          failureFlag: number(13) === 1,
          sidType: number(14),
          type: number(15),
        }
      }),
  },
}

const STATES: Readonly<Record<string, WindowsService['state']>> = {
  Stopped: 'stopped',
  Running: 'running',
  Paused: 'paused',
}
const MODES: Readonly<Record<number, WindowsService['startMode']>> = { 2: 'auto', 3: 'manual', 4: 'disabled' }

function missingService(name: string): WindowsService {
  return {
    exists: false,
    name,
    displayName: '',
    state: 'missing',
    startMode: 'other',
    path: '',
    account: '',
    description: '',
    dependencies: [],
    dependents: [],
    environment: [],
    failureActions: '',
    failureFlag: false,
    sidType: 0,
    type: 0,
  }
}

/** A service by its name, or its display name where no service has that name. */
export function windowsService(name: string | Secret): Probe<WindowsService> {
  return probe(kind, revealText(name))
}
