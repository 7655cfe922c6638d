import { powerShellFailure } from '../../probes/windows/rows.ts'
import { one, windowsScript } from '../../probes/windows/script.ts'
import { ps } from '../../shell/powershell/ps.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { defineModule } from '../module.ts'
import { PRINCIPALS } from '../windows/accounts/local-accounts.ts'

export default defineModule({
  name: 'win_owner',
  runsOn: 'host',
  collection: 'ansible.windows',
  platforms: ['windows'],
  documentation: {
    summary: 'Sets the owner of a file or folder on a Windows host.',
    notes: ['Owners are compared by their SIDs. With recurse links and junctions are not entered.'],
    examples: `
- name: of administrators
  win_owner: { path: 'C:\\ProgramData\\app', user: S-1-5-32-544, recurse: true }
`,
    returns: {},
  },
  spec: {
    parameters: {
      path: { type: 'path', required: true, doc: 'File or folder.' },
      user: { type: 'str', required: true, doc: 'The owner: account, group, or SID.' },
      recurse: { type: 'bool', default: false, doc: 'And of all that is in the folder.' },
    },
  },
  observe: ({ path, user, recurse }) => ({
    found: windowsScript(
      ps`${PRINCIPALS}
${DIFFERENT}
$q=m_path ${path}
$s=m_who ${user}
f 'path'
f $q
f 'sid'
f $s
f 'there'
f ([IO.File]::Exists($q) -or [IO.Directory]::Exists($q))
$n=0
if([IO.File]::Exists($q) -or [IO.Directory]::Exists($q)){foreach($x in m_different $q $s ${recurse}){$n++}}
f 'different'
f $n`,
      path,
      (told) => ({
        path: one(told, 'path'),
        sid: one(told, 'sid'),
        there: one(told, 'there') === 'True',
        different: Number(one(told, 'different')),
      }),
    ),
  }),
  async *converge({ user, recurse }, { found }, context) {
    const { path, sid } = found
    // In check mode the task that makes it has not done so.
    if (!found.there && !context.check)
      throw new TaskFailure(`${path} file or directory does not exist on the host`)
    if (found.there && found.different === 0) return { result: {} }
    const says = `make ${user} the owner of ${path}`
    const output = yield {
      kind: 'run',
      says,
      touches: ['files'],
      // icacls holds the privilege to give a file to somebody else. What it says is in the host's language, so it is looked
      // at what came of it.
      script: ps`${PRINCIPALS}
${DIFFERENT}
foreach($x in @(m_different ${path} ${sid} ${recurse})){
  $r=m_run @{file="$env:SystemRoot\System32\icacls.exe";arguments='"'+$x+'" /setowner *'+${sid}+' /L /Q';seconds=60}
  if($r.rc -ne 0){throw "icacls.exe ended with $($r.rc) at $($x): $([Console]::OutputEncoding.GetString($r.err))"}
}
foreach($x in m_different ${path} ${sid} ${recurse}){throw "$x still has another owner"}`,
    }
    if (output.rc !== 0) throw powerShellFailure(output, says)
    return { result: {} }
  },
})

const DIFFERENT = ps`function m_different([string]$p,[string]$s,[bool]$all){
  if((Get-Acl -LiteralPath $p).GetOwner([Security.Principal.SecurityIdentifier]).Value -ne $s){$p}
  if($all -and [IO.Directory]::Exists($p) -and -not ([int][IO.File]::GetAttributes($p) -band 1024)){
    foreach($x in (New-Object IO.DirectoryInfo $p).GetFileSystemInfos()){m_different $x.FullName $s $true}
  }
}`
