import { one, type Told, windowsScript } from '../../probes/windows/script.ts'
import { ps } from '../../shell/powershell/ps.ts'
import { type Dict, dict, type Key, type Value } from '../../values/value.ts'
import { defineModule } from '../module.ts'

/** The levels of integrity by the last part of their SIDs, S-1-16-N. */
const LEVELS: Readonly<Record<string, string>> = {
  0: 'Untrusted',
  4096: 'Low',
  8192: 'Medium',
  8448: 'Medium Plus',
  12288: 'High',
  16384: 'System',
}

/** How somebody logged on, by the group that the token then has. */
const LOGONS: readonly (readonly [string, string])[] = [
  ['S-1-5-14', 'RemoteInteractive'],
  ['S-1-5-4', 'Interactive'],
  ['S-1-5-3', 'Batch'],
  ['S-1-5-6', 'Service'],
  ['S-1-5-2', 'Network'],
]

export default defineModule({
  name: 'win_whoami',
  runsOn: 'host',
  collection: 'ansible.windows',
  platforms: ['windows'],
  checkMode: 'run',
  documentation: {
    summary: 'Tells as whom tasks run on a Windows host, and with what rights.',
    notes: [
      'What only a call of the system’s own interface tells is not there: logon_id, logon_server, login_time, rights, upn, user_flags, and the attributes of groups.',
      'Over SSH with a key logon_type is Network.',
    ],
    examples: `
- name: with all rights
  win_whoami:
  register: me
- assert: { that: me.label.account_name == 'High Mandatory Level' }
`,
    returns: {
      account: 'account_name, domain_name, sid',
      groups: 'a list of the same',
      label: 'the same of the level of integrity',
      privileges: 'each with enabled or disabled',
      'authentication_package, impersonation_level, logon_type, token_type, login_domain': 'of the token',
    },
  },
  spec: { parameters: {} },
  observe: () => ({ me: windowsScript(WHOAMI, 'who this is', readWhoami) }),
  // biome-ignore lint/correctness/useYield: it changes nothing.
  async *converge(_, { me }) {
    return { result: me }
  },
})

// The word for "enabled" is in the language of the host: SeChangeNotifyPrivilege, which everybody has, tells it.
const WHOAMI = ps`$i=[Security.Principal.WindowsIdentity]::GetCurrent()
f 'name'
f $i.Name
f 'sid'
f $i.User.Value
f 'package'
f $i.AuthenticationType
f 'level'
f $i.ImpersonationLevel
foreach($g in $i.Groups){
  $n=''
  try{$n=$g.Translate([Security.Principal.NTAccount]).Value}catch{}
  f 'group'
  f "$($g.Value) $n"
}
$w="$env:SystemRoot\System32\whoami.exe"
$c=[Console]::OutputEncoding
$r=m_run @{file=$w;arguments='/groups /fo csv /nh';seconds=60}
if($r.rc -eq 0 -and $c.GetString($r.out) -match 'S-1-16-(\d+)'){f 'label';f $Matches[1]}
$r=m_run @{file=$w;arguments='/priv /fo csv /nh';seconds=60}
if($r.rc -ne 0){throw "whoami.exe ended with $($r.rc)"}
$p=@($c.GetString($r.out)|ConvertFrom-Csv -Header 'name','text','state')
$y=@($p|Where-Object{$_.name -eq 'SeChangeNotifyPrivilege'}|ForEach-Object{$_.state})
foreach($x in $p){
  f 'privilege'
  if($y.Length -eq 1 -and $x.state -eq $y[0]){f "$($x.name) enabled"}else{f "$($x.name) disabled"}
}`

function readWhoami(told: Told): Record<string, Value> {
  const groups = (told.get('group') ?? []).map((line) => {
    const [sid = '', ...name] = line.split(' ')
    return { sid, name: name.join(' ') }
  })
  const label = one(told, 'label')
  const level = one(told, 'level')
  const account = accountOf(one(told, 'name'), one(told, 'sid'))
  const privileges = (told.get('privilege') ?? []).map((line): [Key, Value] => {
    const [name = '', state = ''] = line.split(' ')
    return [name, state]
  })
  return {
    account,
    login_domain: account.get('domain_name') ?? '',
    groups: groups.map(({ sid, name }) => accountOf(name, sid)),
    label:
      label === ''
        ? null
        : accountOf(`Mandatory Label\\${LEVELS[label] ?? label} Mandatory Level`, `S-1-16-${label}`),
    privileges: new Map(privileges),
    authentication_package: one(told, 'package'),
    impersonation_level: level === 'None' ? 'SecurityAnonymous' : `Security${level}`,
    token_type: level === 'None' ? 'TokenPrimary' : 'TokenImpersonation',
    logon_type: LOGONS.find(([sid]) => groups.some((group) => group.sid === sid))?.[1] ?? null,
  }
}

function accountOf(name: string, sid: string): Dict {
  const at = name.indexOf('\\')
  return dict({ account_name: name.slice(at + 1), domain_name: at === -1 ? '' : name.slice(0, at), sid })
}
