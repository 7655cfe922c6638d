import { WINDOWS_NODE_ID } from '../../probes/registration.ts'
import { type PowerShellText, ps } from '../../shell/powershell/ps.ts'
import type { Secret } from '../../values/secret.ts'

/** Restarts the agent's service; one that is stopped is started. */
export function restartWindowsAgent(): PowerShellText {
  return ps`m_state 'AmazonSSMAgent' 'Stopped'
m_state 'AmazonSSMAgent' 'Running'`
}

/** Stops the agent's service, and waits until it has stopped. */
export function stopWindowsAgent(): PowerShellText {
  return ps`m_state 'AmazonSSMAgent' 'Stopped'`
}

/**
 * One registration at a time on a host, also with one whose connection was lost and that goes on: sshd does not end it
 * (facts/windows.md 1.7).
 */
function oneAtATime(work: PowerShellText): PowerShellText {
  return ps`$x=New-Object Threading.Mutex $false,'Global\muster-ssm-registration'
$g=$false
try{$g=$x.WaitOne(600000)}catch [Threading.AbandonedMutexException]{$g=$true}
if(-not $g){throw 'another registration is running on this host'}
try{
${work}
}finally{$x.ReleaseMutex();$x.Dispose()}`
}

/**
 * The agent's program with `-register`, and with the variables of its service: a proxy stands there, and the program does
 * not look (facts/windows-collectors.md 1.2). The code is in the agent's command line, which it takes in no other way, and
 * in no text of a script.
 */
function register(
  activation: { readonly id: string; readonly code: Secret },
  region: string,
): PowerShellText {
  return ps`$v=@()
$k=m_key 'HKLM:\SYSTEM\CurrentControlSet\Services\AmazonSSMAgent'
if($null -ne $k){$v=@($k.GetValue('Environment',@()));$k.Dispose()}
$r=m_run @{file="$env:ProgramFiles\Amazon\SSM\amazon-ssm-agent.exe";arguments=('-register -code '+${activation.code}+' -id '+${activation.id}+' -region '+${region});environment=$v;seconds=600}
if($r.late){throw 'the registration took more than ten minutes'}
w ((($m_utf8.GetString($r.out)+$m_utf8.GetString($r.err)).Trim() -split "\`r?\`n"|Select-Object -Last 12) -join "\`n")
w "\`n"`
}

/**
 * Registers a host that is not registered, and restarts the agent. It looks again first: the agent for Windows registers
 * over an existing registration without asking (facts/ssm-agent.md 5.6).
 *
 * @param prepare what shall be there when the agent starts
 */
export function registerWindowsScript(
  activation: { readonly id: string; readonly code: Secret },
  region: string,
  prepare: PowerShellText = ps``,
): PowerShellText {
  return oneAtATime(ps`${prepare}
$i=${WINDOWS_NODE_ID}
if($i){w "registered by an earlier connection: Managed instance-id: $i\`n"}
else{
  ${register(activation, region)}
  if($r.rc -ne 0){$global:m_rc=$r.rc;return}
}
${restartWindowsAgent()}`)
}

/** Registers anew a host that is registered; the Vault is kept aside and put back when it fails (facts/ssm-agent.md 1.4). */
export function reregisterWindowsScript(
  activation: { readonly id: string; readonly code: Secret },
  region: string,
): PowerShellText {
  return oneAtATime(ps`$d="$env:ProgramData\Amazon\SSM\InstanceData"
$s="$env:ProgramData\muster\vault-$([Guid]::NewGuid().ToString('N'))"
$null=[IO.Directory]::CreateDirectory($s)
m_harden $s
try{
  Copy-Item -LiteralPath "$d\Vault" -Destination "$s\Vault" -Recurse -Force
  if([IO.File]::Exists("$d\registration")){[IO.File]::Copy("$d\registration","$s\registration")}
  ${register(activation, region)}
  if($r.rc -ne 0){
    Remove-Item -LiteralPath "$d\Vault" -Recurse -Force
    Copy-Item -LiteralPath "$s\Vault" -Destination "$d\Vault" -Recurse -Force
    if([IO.File]::Exists("$s\registration")){[IO.File]::Copy("$s\registration","$d\registration",$true)}
    $global:m_rc=$r.rc
    return
  }
}finally{Remove-Item -LiteralPath $s -Recurse -Force}
${restartWindowsAgent()}`)
}

/** What a registration leaves on a Windows host: its data with Vault and logs, and the keys that it shares. */
export const WINDOWS_LEFT: readonly string[] = [
  '%ProgramData%\\Amazon\\SSM\\InstanceData',
  '%ProgramData%\\Amazon\\SSM\\runtimeconfig',
  '%ProgramData%\\Amazon\\SSM\\Logs',
  '%SystemRoot%\\System32\\config\\systemprofile\\.aws\\credentials',
]

/** Removes what a registration left, and the folders above it that are empty then. */
export function removeWindowsLeft(paths: readonly string[]): PowerShellText {
  return ps`foreach($p in ${paths}){if([IO.File]::Exists($p) -or [IO.Directory]::Exists($p)){Remove-Item -LiteralPath $p -Recurse -Force}}
foreach($p in "$env:ProgramData\Amazon\SSM","$env:ProgramData\Amazon"){if([IO.Directory]::Exists($p) -and [IO.Directory]::GetFileSystemEntries($p).Length -eq 0){[IO.Directory]::Delete($p)}}`
}
