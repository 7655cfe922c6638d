import { ps } from '../../shell/powershell/ps.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { type Probe, type ProbeKind, probe } from '../probe.ts'
import { windowsPath } from './path.ts'
import { windowsRows } from './rows.ts'

/** Who owns what is at a path, and who may do what with it. */
export interface Access {
  readonly exists: boolean
  /** `DOMAIN\name`, or the SID where nobody knows a name. */
  readonly owner: string
  readonly ownerSid: string
  /** Owner, group and access list in Windows' own notation (SDDL); '' where nothing is. */
  readonly sddl: string
}

const COLUMNS = 4

const kind: ProbeKind<string, Access> = {
  name: 'access list',
  subjects: ['files', 'accounts'],
  key: (path) => path.toLowerCase(),
  powershell: {
    script: (paths) => ps`foreach($p in ${paths.map(windowsPath)}){
  try{
    if($p -notmatch '^HK'){$p=m_path $p}
    if(-not (Test-Path -LiteralPath $p)){$r=@('n','','','')}
    else{
      $a=Get-Acl -LiteralPath $p
      $s=''
      try{$s=$a.GetOwner([Security.Principal.SecurityIdentifier]).Value}catch{}
      $r=@('y',"$($a.Owner)",$s,"$($a.Sddl)")
    }
  }catch{$r=@('!',$_.Exception.Message,'','')}
  foreach($x in $r){f $x}
}`,
    read: (output, paths) =>
      windowsRows(output, 'access lists', COLUMNS, paths.length).map(
        ([flag, owner = '', ownerSid = '', sddl = ''], at) =>
          flag === '!'
            ? new TaskFailure(`cannot read the access list of ${paths[at]}: ${owner}`)
            : { exists: flag === 'y', owner, ownerSid, sddl },
      ),
  },
}

/** The access list of a file, a folder or a key of the registry (`HKLM:\…`). */
export function access(path: string): Probe<Access> {
  return probe(kind, path)
}
