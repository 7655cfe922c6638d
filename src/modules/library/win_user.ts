import { powerShellFailure } from '../../probes/windows/rows.ts'
import { windowsScript } from '../../probes/windows/script.ts'
import { ps } from '../../shell/powershell/ps.ts'
import { sameText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { defineModule, look } from '../module.ts'
import type { ParameterSpec, ParametersOf, Text } from '../parameters.ts'
import { LOCAL_ACCOUNTS, memberChange } from '../windows/accounts/local-accounts.ts'
import {
  FLAG_NAMES,
  FLAGS,
  observation,
  readUser,
  TEXT_NAMES,
  TEXTS,
  told,
  tryPassword,
  type User,
} from '../windows/accounts/user.ts'

const spec = {
  parameters: {
    name: { type: 'str', required: true, doc: 'The account.' },
    state: {
      type: 'str',
      default: 'present',
      choices: ['present', 'absent', 'query'],
      doc: 'Whether it shall be there; query only tells.',
    },
    password: { type: 'str', secret: true, doc: 'Its password.' },
    update_password: {
      type: 'str',
      default: 'always',
      choices: ['always', 'on_create'],
      doc: 'always: set where it is another one; on_create: for a new account alone.',
    },
    groups: { type: 'list', elements: 'str', doc: 'Local groups, by name or SID.' },
    groups_action: {
      type: 'str',
      default: 'replace',
      choices: ['add', 'remove', 'replace'],
      doc: 'It is in these groups and no others, in these too, or in none of these.',
    },
    fullname: { type: 'str', doc: 'Whole name.' },
    description: { type: 'str', doc: 'What it is for.' },
    home_directory: { type: 'str', doc: 'Home folder.' },
    login_script: { type: 'str', doc: 'Script of its logon.' },
    profile: { type: 'str', doc: 'Folder of its profile.' },
    account_disabled: { type: 'bool', doc: 'It may not log on.' },
    account_locked: { type: 'bool', doc: 'false unlocks it; an account cannot be locked.' },
    password_expired: { type: 'bool', doc: 'The password has to be changed at the next logon.' },
    password_never_expires: { type: 'bool', doc: 'The password stays valid.' },
    user_cannot_change_password: { type: 'bool', doc: 'Nobody but an administrator changes the password.' },
  },
} as const satisfies ParameterSpec

type Params = ParametersOf<typeof spec>

export default defineModule({
  name: 'win_user',
  runsOn: 'host',
  collection: 'ansible.windows',
  platforms: ['windows'],
  documentation: {
    summary: 'Makes, changes and removes local accounts of a Windows host.',
    notes: [
      'Whether the password is another one is found out by a logon, which counts as a failed one when it is; for an account that is disabled or locked, or whose password has expired, that tells nothing, and it is set each time, as in Ansible.',
      'account_expires is not there. A home folder is not made, and none is removed.',
    ],
    examples: `
- name: account for backups
  win_user:
    name: backup
    password: '{{ vault_backup }}'
    groups: [S-1-5-32-551]
    password_never_expires: true
`,
    returns: {
      'name, sid, path, fullname, description, state': 'of the account',
      groups: 'a list, each with name and path',
      'account_disabled, account_locked, password_expired, password_never_expires, user_cannot_change_password':
        'its flags',
    },
  },
  spec,
  observe: (params) => ({ user: windowsScript(observation(params), 'an account', readUser) }),
  async *converge(params, { user }) {
    const { name, state } = params
    const there = user.sid !== ''
    const touches = ['accounts'] as const
    if (params.account_locked === true)
      throw new TaskFailure('account_locked must be false: an account cannot be locked')
    if (state === 'query') return { result: told(user) }
    if (state === 'absent') {
      if (!there) return { result: { name, state: 'absent' } }
      const says = `remove the account ${name}`
      const output = yield {
        kind: 'run',
        says,
        touches,
        script: ps`${LOCAL_ACCOUNTS}
(m_computer).psbase.Children.Remove((m_local ${name} 'user'))`,
      }
      if (output.rc !== 0) throw powerShellFailure(output, says)
      return { result: { name, state: 'absent' } }
    }
    const texts = TEXT_NAMES.filter(
      (key) => params[key] !== undefined && !sameText(params[key], user.texts[key]),
    )
    const flags = FLAG_NAMES.filter(
      (key) => params[key] !== undefined && params[key] !== ((user.flags & FLAGS[key]) !== 0),
    )
    const unlock = params.account_locked === false && user.locked
    const expire = params.password_expired !== undefined && params.password_expired !== user.expired
    const groups = groupsOf(params, user)
    let password = params.password !== undefined && !there
    if (there && params.password !== undefined && params.update_password === 'always') {
      const silent = user.locked || user.expired || (user.flags & FLAGS.account_disabled) !== 0
      password =
        silent || !(yield* look('try the password', { works: tryPassword(name, params.password) })).works
    }
    if (
      there &&
      !password &&
      !unlock &&
      !expire &&
      texts.length + flags.length + groups.added.length + groups.removed.length === 0
    )
      return { result: told(user) }
    const says = `${there ? 'change' : 'make'} the account ${name}`
    const on = flags.filter((key) => params[key] === true).reduce((bits, key) => bits | FLAGS[key], 0)
    const off = flags.filter((key) => params[key] === false).reduce((bits, key) => bits | FLAGS[key], 0)
    const output = yield {
      kind: 'run',
      says,
      touches,
      predicted: { name, state: 'present' },
      script: ps`${LOCAL_ACCOUNTS}
$u=m_local ${name} 'user'
$new=$null -eq $u
if($new){$u=(m_computer).psbase.Children.Add(${name},'user')}
if(${password}){$null=$u.psbase.Invoke('SetPassword',@([string]${params.password ?? ''}))}
if($new){$u.psbase.CommitChanges()}
foreach($p in ${texts.map((key) => [TEXTS[key], params[key] as Text])}){$u.psbase.Properties[$p[0]].Value=$p[1]}
$b=[int](m_value_of $u 'UserFlags')
$u.psbase.Properties['UserFlags'].Value=($b -bor ${on}) -band (-bnot ${off})
if(${expire}){$u.psbase.Properties['PasswordExpired'].Value=[int]${params.password_expired ?? false}}
$u.psbase.CommitChanges()
if(${unlock}){$null=$u.psbase.InvokeSet('IsAccountLocked',@($false));$u.psbase.CommitChanges()}
$s=m_sid (m_value_of $u 'ObjectSid')
foreach($g in ${groups.added.map(({ sid }) => sid)}){m_member (m_local $g 'group') 'Add' $s}
foreach($g in ${groups.removed.map(({ sid }) => sid)}){m_member (m_local $g 'group') 'Remove' $s}
${observation(params)}`,
    }
    if (output.rc !== 0) throw powerShellFailure(output, says)
    return { result: told(windowsScript(ps``, 'an account', readUser).interpret(output)) }
  },
})

function groupsOf({ groups, groups_action: action }: Params, user: User) {
  if (groups === undefined) return memberChange(user.groups, {})
  const { wanted } = user
  return memberChange(
    user.groups,
    action === 'replace' ? { only: wanted } : action === 'add' ? { add: wanted } : { remove: wanted },
  )
}
