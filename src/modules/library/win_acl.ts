import { powerShellFailure } from '../../probes/windows/rows.ts'
import { one, windowsScript } from '../../probes/windows/script.ts'
import { type PowerShellText, ps } from '../../shell/powershell/ps.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { defineModule } from '../module.ts'
import type { ParameterSpec, ParametersOf } from '../parameters.ts'
import { PRINCIPALS } from '../windows/accounts/local-accounts.ts'

const spec = {
  parameters: {
    path: { type: 'path', required: true, doc: 'File, folder, or key of the registry (`HKLM:\\\\…`).' },
    user: { type: 'str', required: true, doc: 'Account, group, or SID.' },
    rights: {
      type: 'str',
      required: true,
      doc: 'Rights as .NET calls them, with commas: those of FileSystemRights (`Read,Write`), or RegistryRights (`ReadKey`).',
    },
    type: {
      type: 'str',
      required: true,
      choices: ['allow', 'deny'],
      doc: 'Whether they are given or denied.',
    },
    state: {
      type: 'str',
      default: 'present',
      choices: ['present', 'absent'],
      doc: 'Whether the rule shall be there.',
    },
    inherit: {
      type: 'str',
      doc: 'Who gets the rule from it: `ContainerInherit,ObjectInherit` (the default of folders), `None` (of files), `ContainerInherit` (of keys).',
    },
    propagation: {
      type: 'str',
      default: 'None',
      choices: ['None', 'NoPropagateInherit', 'InheritOnly'],
      doc: 'How far they do.',
    },
    follow: { type: 'bool', default: false, doc: 'Of a link: the rule is for what it leads to.' },
  },
} as const satisfies ParameterSpec

export default defineModule({
  name: 'win_acl',
  runsOn: 'host',
  collection: 'ansible.windows',
  platforms: ['windows'],
  documentation: {
    summary: 'Gives or denies rights on a file, folder or registry key of a Windows host.',
    notes: [
      'Inherited rules do not count, and absent removes none. A rule for the same account that gives more by the same flags counts as present: Windows joins the two.',
      'absent removes the rule with exactly these rights.',
    ],
    examples: `
- name: the service may read its folder
  win_acl: { path: 'C:\\ProgramData\\app', user: 'NT SERVICE\\app', rights: ReadAndExecute, type: allow }
`,
    returns: {},
  },
  spec,
  observe: (params) => ({
    found: windowsScript(
      ps`${ruleOf(params)}
f 'path'
f $q
f 'there'
f $there
$hit=$false
if($there){
  foreach($x in (Get-Acl -LiteralPath $q).GetAccessRules($true,$false,[Security.Principal.SecurityIdentifier])){if(m_same $x){$hit=$true}}
}
f 'hit'
f $hit`,
      params.path,
      (told) => ({
        path: one(told, 'path'),
        there: one(told, 'there') === 'True',
        hit: one(told, 'hit') === 'True',
      }),
    ),
  }),
  async *converge(params, { found }, context) {
    const { path, there, hit } = found
    const absent = params.state === 'absent'
    // In check mode the task that makes it has not done so.
    if (!there && !context.check)
      throw new TaskFailure(`${path} file or directory does not exist on the host`)
    if (there && hit !== absent) return { result: {} }
    const says = `${absent ? 'remove' : 'add'} a rule for ${params.user} ${absent ? 'from' : 'to'} the access list of ${path}`
    const output = yield {
      kind: 'run',
      says,
      touches: ['files'],
      script: ps`${ruleOf(params)}
$a=Get-Acl -LiteralPath $q
if(${absent}){$a.RemoveAccessRuleSpecific($rule)}else{$a.AddAccessRule($rule)}
Set-Acl -LiteralPath $q -AclObject $a`,
    }
    if (output.rc !== 0) throw powerShellFailure(output, says)
    return { result: {} }
  },
})

/** `$q`, whether it is `$there`, the `$rule`, and `m_same`, whether another is it. */
function ruleOf(params: ParametersOf<typeof spec>): PowerShellText {
  const { path, user, rights, type, inherit, propagation, follow, state } = params
  return ps`${PRINCIPALS}
$q=${path}
$key=$q -match '^HK'
if($key){
  $h=@{HKLM='HKEY_LOCAL_MACHINE';HKCU='HKEY_CURRENT_USER';HKCR='HKEY_CLASSES_ROOT';HKU='HKEY_USERS';HKCC='HKEY_CURRENT_CONFIG'}
  $x,$y=$q -split ':?[\\/]',2
  if($null -eq $h[$x.TrimEnd(':')]){throw "no hive of the registry is called $x"}
  $q="Registry::$($h[$x.TrimEnd(':')])\$y"
}else{
  $q=m_path $q
  if(${follow} -and (Test-Path -LiteralPath $q)){
    $x=@((Get-Item -LiteralPath $q -Force).Target)[0]
    if($x){$q=[IO.Path]::GetFullPath([IO.Path]::Combine([IO.Path]::GetDirectoryName($q),$x))}
  }
}
$there=Test-Path -LiteralPath $q
$i=${inherit ?? null}
if($null -eq $i){
  if($key){$i='ContainerInherit'}elseif([IO.Directory]::Exists($q)){$i='ContainerInherit, ObjectInherit'}else{$i='None'}
}
$s=New-Object Security.Principal.SecurityIdentifier (m_who ${user})
$c='Security.AccessControl.FileSystemAccessRule'
$n='FileSystemRights'
if($key){$c='Security.AccessControl.RegistryAccessRule';$n='RegistryRights'}
$rule=New-Object $c $s,${rights},$i,${propagation},${type === 'allow' ? 'Allow' : 'Deny'}
$exact=${state === 'absent'}
function m_same($x){
  if($x.IdentityReference.Value -ne $s.Value -or $x.AccessControlType -ne $rule.AccessControlType){return $false}
  if($x.InheritanceFlags -ne $rule.InheritanceFlags -or $x.PropagationFlags -ne $rule.PropagationFlags){return $false}
  $w=[int]$rule.$n
  if($exact){[int]$x.$n -eq $w}else{([int]$x.$n -band $w) -eq $w}
}`
}
