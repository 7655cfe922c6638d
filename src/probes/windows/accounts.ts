import { ps } from '../../shell/powershell/ps.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { type Probe, type ProbeKind, probe } from '../probe.ts'
import { windowsNumber, windowsRows } from './rows.ts'

/** A user of this machine (facts/windows.md 4.6). */
export interface LocalUser {
  readonly exists: boolean
  readonly name: string
  readonly sid: string
  readonly fullName: string
  readonly description: string
  readonly disabled: boolean
  readonly locked: boolean
  readonly passwordNeverExpires: boolean
  readonly mayNotChangePassword: boolean
  readonly passwordExpired: boolean
  /** Names of local groups. */
  readonly groups: readonly string[]
}

/** A group of this machine. */
export interface LocalGroup {
  readonly exists: boolean
  readonly name: string
  readonly sid: string
  readonly description: string
  readonly members: readonly { readonly path: string; readonly sid: string }[]
}

const users: ProbeKind<string, LocalUser> = {
  name: 'windows user',
  subjects: ['accounts'],
  key: (name) => name.toLowerCase(),
  powershell: {
    script: (names) => ps`$c=[ADSI]"WinNT://$env:COMPUTERNAME"
foreach($n in ${names}){
  try{
    $u=$null
    foreach($x in $c.Children){if($x.SchemaClassName -eq 'User' -and ($x.Name.Value -eq $n -or (m_sid $x.ObjectSid.Value) -eq $n)){$u=$x}}
    if($null -eq $u){foreach($x in 'n',$n,'','','',0,0,0,''){f $x};continue}
    $g=@($u.Groups()|ForEach-Object{$_.GetType().InvokeMember('Name','GetProperty',$null,$_,$null)})
    foreach($x in 'y',$u.Name.Value,(m_sid $u.ObjectSid.Value),$u.FullName.Value,$u.Description.Value,$u.UserFlags.Value,[int]$u.PasswordExpired.Value,[int]$u.IsAccountLocked,($g -join "\`n")){f $x}
  }catch{foreach($x in '!',$n,'',$_.Exception.Message,'',0,0,0,''){f $x}}
}`,
    read: (output, names) =>
      windowsRows(output, 'users', 9, names.length).map(
        ([
          flag,
          name = '',
          sid = '',
          fullName = '',
          description = '',
          flags,
          expired,
          locked,
          groups = '',
        ]) => {
          if (flag === '!') return new TaskFailure(`cannot look at the user ${name}: ${fullName}`)
          const bits = windowsNumber(flags, 'users')
          return {
            exists: flag === 'y',
            name,
            sid,
            fullName,
            description,
            disabled: (bits & 0x2) !== 0,
            locked: locked === '1',
            passwordNeverExpires: (bits & 0x1_0000) !== 0,
            mayNotChangePassword: (bits & 0x40) !== 0,
            passwordExpired: expired === '1',
            groups: groups.split('\n').filter((one) => one !== ''),
          }
        },
      ),
  },
}

const groups: ProbeKind<string, LocalGroup> = {
  name: 'windows group',
  subjects: ['accounts'],
  key: (name) => name.toLowerCase(),
  powershell: {
    script: (names) => ps`$c=[ADSI]"WinNT://$env:COMPUTERNAME"
foreach($n in ${names}){
  try{
    $g=$null
    foreach($x in $c.Children){if($x.SchemaClassName -eq 'Group' -and ($x.Name.Value -eq $n -or (m_sid $x.ObjectSid.Value) -eq $n)){$g=$x}}
    if($null -eq $g){foreach($x in 'n',$n,'','',''){f $x};continue}
    $m=@($g.psbase.Invoke('Members')|ForEach-Object{
      $b=$_.GetType().InvokeMember('ObjectSid','GetProperty',$null,$_,$null)
      "$($_.GetType().InvokeMember('ADsPath','GetProperty',$null,$_,$null))\`t$(m_sid $b)"
    })
    foreach($x in 'y',$g.Name.Value,(m_sid $g.ObjectSid.Value),$g.Description.Value,($m -join "\`n")){f $x}
  }catch{foreach($x in '!',$n,'',$_.Exception.Message,''){f $x}}
}`,
    read: (output, names) =>
      windowsRows(output, 'groups', 5, names.length).map(
        ([flag, name = '', sid = '', description = '', members = '']) =>
          flag === '!'
            ? new TaskFailure(`cannot look at the group ${name}: ${description}`)
            : {
                exists: flag === 'y',
                name,
                sid,
                description,
                members: members
                  .split('\n')
                  .filter((line) => line !== '')
                  .map((line) => {
                    const [path = '', of = ''] = line.split('\t')
                    return { path, sid: of }
                  }),
              },
      ),
  },
}

/** A local user by name or SID. */
export function localUser(name: string): Probe<LocalUser> {
  return probe(users, name)
}

/** A local group by name or SID, with its members. */
export function localGroup(name: string): Probe<LocalGroup> {
  return probe(groups, name)
}
