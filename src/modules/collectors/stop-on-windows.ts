import { type PowerShellText, ps, psLines } from '../../shell/powershell/ps.ts'
import { windowsArguments } from '../windows/arguments.ts'
import { removalCommand } from '../windows/installer.ts'
import { REMOVE_TREE } from '../windows/remove-tree.ts'
import type { WindowsCollectorState } from './collector-state.ts'
import type { HostOutcome } from './decide.ts'

/**
 * Stops, disables and removes collectors of a Windows host, in the order of the POSIX form: all are silent before
 * anything goes, and the file that marks one as muster's goes last, so that the next run goes on with it.
 */
export function stopOnWindows(gone: readonly HostOutcome<WindowsCollectorState>[]): PowerShellText {
  const active = gone.flatMap(({ state }) => state.active)
  const enabled = gone.flatMap(({ state }) => state.enabled)
  return psLines([
    ps`foreach($n in ${active}){m_state $n 'Stopped'}
foreach($n in ${enabled}){Set-Service -Name $n -StartupType Disabled}`,
    ...gone.filter(({ remove }) => remove).map(({ state }) => removal(state)),
  ])
}

function removal({ known, programs, services }: WindowsCollectorState): PowerShellText {
  const { leaves, mark, adopted } = known
  return psLines([
    ...(adopted === true ? [] : programs.map((program) => uninstall(removalCommand(program)))),
    ...(adopted === true
      ? []
      : // 1060: the set-up took it away; 1072: it goes when the last handle to it is closed.
        services.map((name) => ps`$null=m_sc ${windowsArguments(['delete', name])} @(0,1060,1072)`)),
    ps`${REMOVE_TREE}
$m=m_path ${mark}
foreach($p in ${leaves}){
  $p=m_path $p
  if(-not [IO.Directory]::Exists($p)){continue}
  # A program that ended just now may still hold a file.
  for($i=0;;$i++){
    try{
      foreach($x in (New-Object IO.DirectoryInfo $p).GetFileSystemInfos()){
        if($x.FullName -eq $m){continue}
        if(($x.Attributes -band 16) -and -not ($x.Attributes -band 1024)){m_tree $x}else{$x.Attributes='Normal';$x.Delete()}
      }
      break
    }catch{if($i -ge 40){throw};Start-Sleep -Milliseconds 250}
  }
}
if([IO.File]::Exists($m)){[IO.File]::Delete($m)}
foreach($p in ${leaves}){$p=m_path $p;if([IO.Directory]::Exists($p)){[IO.Directory]::Delete($p)}}`,
  ])
}

/** 3010 and 1641: done, and a restart is due; 1605: it is not installed any more. */
function uninstall({ program, arguments: words }: ReturnType<typeof removalCommand>): PowerShellText {
  return ps`$r=m_run @{file=${program};arguments=${words};seconds=600}
if(0,3010,1641,1605 -notcontains $r.rc){throw ${program}+" ended with $($r.rc)"}`
}
