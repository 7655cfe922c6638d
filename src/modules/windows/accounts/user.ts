import { one, type Told, windowsScript } from '../../../probes/windows/script.ts'
import { ps } from '../../../shell/powershell/ps.ts'
import { dict, type Value } from '../../../values/value.ts'
import type { Text } from '../../parameters.ts'
import { LOCAL_ACCOUNTS, type Member, membersOf } from './local-accounts.ts'

/** Properties of the account that are texts. */
export const TEXTS = {
  fullname: 'FullName',
  description: 'Description',
  home_directory: 'HomeDirectory',
  login_script: 'LoginScript',
  profile: 'Profile',
} as const
/** Their names in tasks. */
export const TEXT_NAMES = Object.keys(TEXTS) as (keyof typeof TEXTS)[]

/** Bits of UserFlags (facts/windows.md 4.6). */
export const FLAGS = {
  account_disabled: 2,
  user_cannot_change_password: 0x40,
  password_never_expires: 0x1_0000,
} as const
/** Their names in tasks. */
export const FLAG_NAMES = Object.keys(FLAGS) as (keyof typeof FLAGS)[]

/** A local account; `sid` is empty where there is none. */
export interface User {
  readonly name: string
  readonly sid: string
  readonly path: string
  readonly texts: Readonly<Record<keyof typeof TEXTS, string>>
  readonly flags: number
  readonly locked: boolean
  readonly expired: boolean
  readonly groups: readonly Member[]
  /** Those of the task. */
  readonly wanted: readonly Member[]
}

/** Tells all of an account, and who the groups of the task are. */
export function observation({
  name,
  groups,
}: {
  readonly name: Text
  readonly groups: readonly Text[] | undefined
}) {
  return ps`${LOCAL_ACCOUNTS}
$u=m_local ${name} 'user'
foreach($n in ${groups ?? []}){$s=m_who $n;f 'wanted';f "$s $(m_called $s)"}
if($null -ne $u){
  f 'sid'
  f (m_sid (m_value_of $u 'ObjectSid'))
  f 'path'
  f $u.psbase.Path
  foreach($n in 'Name','FullName','Description','HomeDirectory','LoginScript','Profile','UserFlags','PasswordExpired'){f $n;f (m_value_of $u $n)}
  $l=$false
  try{$l=[bool]$u.psbase.InvokeGet('IsAccountLocked')}catch{}
  f 'locked'
  f $l
  foreach($g in @($u.psbase.Invoke('Groups'))){
    $s=m_sid ($g.GetType().InvokeMember('ObjectSid','GetProperty',$null,$g,$null))
    f 'group'
    f "$s $(m_called $s)"
  }
}`
}

/** What {@link observation} told. */
export function readUser(said: Told): User {
  const texts = Object.fromEntries(TEXT_NAMES.map((key) => [key, one(said, TEXTS[key])]))
  return {
    name: one(said, 'Name'),
    sid: one(said, 'sid'),
    path: one(said, 'path'),
    texts: texts as User['texts'],
    flags: Number(one(said, 'UserFlags')),
    locked: one(said, 'locked') === 'True',
    expired: one(said, 'PasswordExpired') === '1',
    groups: membersOf(said.get('group')),
    wanted: membersOf(said.get('wanted')),
  }
}

/** A logon by the network: the only way to compare a password. */
export function tryPassword(name: Text, password: Text) {
  return windowsScript(
    ps`Add-Type -AssemblyName System.DirectoryServices.AccountManagement
$c=New-Object DirectoryServices.AccountManagement.PrincipalContext 'Machine',$env:COMPUTERNAME
try{f 'works';f ($c.ValidateCredentials(${name},${password}))}finally{$c.Dispose()}`,
    'a password',
    (said) => one(said, 'works') === 'True',
  )
}

/** What win_user tells of an account. */
export function told(user: User): Record<string, Value> {
  if (user.sid === '') return { state: 'absent' }
  const flag = (bit: number) => (user.flags & bit) !== 0
  return {
    ...{ name: user.name, sid: user.sid, path: user.path, state: 'present' },
    ...{ fullname: user.texts.fullname, description: user.texts.description },
    groups: user.groups.map(({ name }) =>
      dict({ name: name.split('\\').at(-1) ?? '', path: `WinNT://${name.replaceAll('\\', '/')}` }),
    ),
    account_locked: user.locked,
    password_expired: user.expired,
    account_disabled: flag(FLAGS.account_disabled),
    password_never_expires: flag(FLAGS.password_never_expires),
    user_cannot_change_password: flag(FLAGS.user_cannot_change_password),
  }
}
