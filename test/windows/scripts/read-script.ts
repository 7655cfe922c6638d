import { ps } from '../../../src/shell/powershell/ps.ts'

/**
 * A script that reads another with PowerShell's own parser and prints what it is made of, a line each: `error MESSAGE`,
 * `node KIND`, `command NAME PARAMETERS`, `type NAME`, `static TYPE MEMBER`, `member NAME`, `new TYPE`.
 */
export function readScript(text: string) {
  return ps`$t=$null;$x=$null
$a=[Management.Automation.Language.Parser]::ParseInput(${text},[ref]$t,[ref]$x)
foreach($y in $x){w "error $($y.Message)\`n"}
foreach($n in $a.FindAll({$true},$true)){
  $k=$n.GetType().Name
  w "node $k\`n"
  if($k -eq 'CommandAst'){
    $p=@($n.CommandElements|Where-Object{$_.GetType().Name -eq 'CommandParameterAst'}|ForEach-Object{$_.ParameterName}) -join ' '
    w "command $($n.GetCommandName()) $p\`n"
    if($n.GetCommandName() -eq 'New-Object' -and $n.CommandElements.Count -gt 1){w "new $($n.CommandElements[1].Extent.Text)\`n"}
  }
  if($k -eq 'FunctionDefinitionAst'){w "function $($n.Name)\`n"}
  if($k -eq 'TypeExpressionAst' -or $k -eq 'TypeConstraintAst' -or $k -eq 'ConvertExpressionAst'){if($n.TypeName){w "type $($n.TypeName.FullName)\`n"}}
  if($k -eq 'MemberExpressionAst' -or $k -eq 'InvokeMemberExpressionAst'){
    $m=$n.Member.Extent.Text.Trim('"',"'")
    if($n.Static){w "static $($n.Expression.TypeName.FullName) $m\`n"}else{w "member $m\`n"}
  }
}
foreach($y in $t){w "token $($y.Kind)\`n"}`
}
