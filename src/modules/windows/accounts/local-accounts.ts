import { type PowerShellText, ps } from '../../../shell/powershell/ps.ts'

/**
 * Defines `m_who NAME` (the SID of whom a task names, by name, `.\name`, `DOMAIN\name`, `name@domain` or SID) and
 * `m_called SID` (the name in the host's language; the SID where nobody knows one). SIDs are compared, names only shown
 * (facts/windows.md 4.7).
 */
export const PRINCIPALS: PowerShellText = ps`function m_who([string]$n){
  if($n -match '^S-1-\d'){return (New-Object Security.Principal.SecurityIdentifier $n).Value}
  if($n.StartsWith('.\')){$n=$env:COMPUTERNAME+$n.Substring(1)}
  try{(New-Object Security.Principal.NTAccount $n).Translate([Security.Principal.SecurityIdentifier]).Value}catch{throw "nobody is called $n"}
}
function m_called([string]$s){
  try{(New-Object Security.Principal.SecurityIdentifier $s).Translate([Security.Principal.NTAccount]).Value}catch{$s}
}`

/**
 * Beside {@link PRINCIPALS}: `m_local NAME KIND` (the local user or group, by name or SID; null where there is none),
 * `m_members GROUP` (SIDs). By the WinNT provider: Get-LocalGroupMember fails where a member cannot be resolved, and
 * 32-bit hosts have no such cmdlets (4.6).
 */
export const LOCAL_ACCOUNTS: PowerShellText = ps`${PRINCIPALS}
function m_computer{[ADSI]"WinNT://$env:COMPUTERNAME,computer"}
function m_local([string]$n,[string]$k){
  if($n -match '^S-1-\d'){$n=(m_called $n).Split('\')[-1]}
  try{(m_computer).psbase.Children.Find($n,$k)}catch{
    $x=$_.Exception
    while($null -ne $x.InnerException){$x=$x.InnerException}
    # No such user, no such group.
    if($x.HResult -ne -2147022675 -and $x.HResult -ne -2147022676){throw}
  }
}
function m_members($g){
  foreach($x in @($g.psbase.Invoke('Members'))){m_sid ($x.GetType().InvokeMember('ObjectSid','GetProperty',$null,$x,$null))}
}
function m_member($g,[string]$verb,[string]$s){$null=$g.psbase.Invoke($verb,@("WinNT://$s"))}
function m_value_of($o,[string]$n){try{$o.psbase.Properties[$n].Value}catch{}}`

/** Who is in a group, and who shall come and go: SIDs, each with its name. */
export interface MemberChange {
  readonly added: readonly Member[]
  readonly removed: readonly Member[]
  /** Afterwards. */
  readonly members: readonly Member[]
}

export interface Member {
  readonly sid: string
  readonly name: string
}

/** `SID NAME`, as the scripts tell members. */
export function membersOf(lines: readonly string[] | undefined): Member[] {
  return (lines ?? []).map((line) => {
    const at = line.indexOf(' ')
    return { sid: line.slice(0, at), name: line.slice(at + 1) }
  })
}

/** What makes of the members that are there those that are wanted. `wanted.only`: these and no others. */
export function memberChange(
  there: readonly Member[],
  wanted: {
    readonly add?: readonly Member[]
    readonly remove?: readonly Member[]
    readonly only?: readonly Member[]
  },
): MemberChange {
  const sids = (all: readonly Member[]) => new Set(all.map(({ sid }) => sid))
  const once = (all: readonly Member[]) => [...new Map(all.map((one) => [one.sid, one])).values()]
  const have = sids(there)
  const added = once([...(wanted.add ?? []), ...(wanted.only ?? [])]).filter(({ sid }) => !have.has(sid))
  const leave = sids(wanted.remove ?? [])
  const stay = wanted.only === undefined ? undefined : sids(wanted.only)
  const removed = there.filter(({ sid }) => leave.has(sid) || stay?.has(sid) === false)
  const gone = sids(removed)
  return { added, removed, members: [...there.filter(({ sid }) => !gone.has(sid)), ...added] }
}
