import { type PowerShellText, ps } from '../../shell/powershell/ps.ts'

/** Defines `m_tree DirectoryInfo`: removes a folder with all in it, read-only files too; what a link or junction leads to stays. */
export const REMOVE_TREE: PowerShellText = ps`function m_tree($d){
  foreach($x in $d.GetFileSystemInfos()){
    if(($x.Attributes -band 16) -and -not ($x.Attributes -band 1024)){m_tree $x}
    else{if($x.Attributes -band 1){$x.Attributes='Normal'};$x.Delete()}
  }
  if($d.Attributes -band 1){$d.Attributes='Directory'}
  $d.Delete()
}`
