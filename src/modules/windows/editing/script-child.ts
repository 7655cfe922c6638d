import { ps } from '../../../shell/powershell/ps.ts'

/**
 * What the PowerShell that win_powershell starts runs (`-EncodedCommand`). It is the same for every task: script, values
 * and secrets come over standard input as JSON: script, parameters, secure (name; value, or username and password),
 * depth, error_action, check, verbosity. It prints a line of `muster-result ` and JSON in base64: skipped, or result,
 * output, error, warning, verbose, debug, information, changed, failed, message, terminated.
 *
 * A process of its own: what the script prints past PowerShell, or takes from standard input, cannot get into the
 * session's own, and it ends with its deadline.
 */
export const SCRIPT_CHILD = ps`$ErrorActionPreference='Stop'
$ProgressPreference='SilentlyContinue'
$m_s=[Console]::OpenStandardInput()
$m_m=New-Object IO.MemoryStream
$m_s.CopyTo($m_m)
$m_o=ConvertFrom-Json ([Text.Encoding]::UTF8.GetString($m_m.ToArray()))
function m_end($r){
  $j=ConvertTo-Json -InputObject $r -Depth 100 -Compress
  $b=[Text.Encoding]::ASCII.GetBytes("\`nmuster-result "+[Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($j))+"\`n")
  $s=[Console]::OpenStandardOutput()
  $s.Write($b,0,$b.Length)
  $s.Flush()
}
function m_given($v){
  # JSON's objects as tables.
  if($v -is [Management.Automation.PSCustomObject]){$h=@{};foreach($k in $v.PSObject.Properties){$h[$k.Name]=m_given $k.Value};return $h}
  if($v -is [object[]]){$l=New-Object Collections.ArrayList;foreach($k in $v){$null=$l.Add((m_given $k))};return ,$l.ToArray()}
  $v
}
function m_told($v,[int]$d){
  # What is told of an object: its properties, to a depth; text below that.
  if($null -eq $v){return $null}
  if($v -is [string] -or $v -is [char] -or $v -is [Guid] -or $v -is [Uri] -or $v -is [Version] -or $v -is [TimeSpan]){return "$v"}
  if($v -is [DateTime]){return $v.ToString('o')}
  if($v -is [Enum]){return @{String="$v";Type=$v.GetType().FullName;Value=[long]$v}}
  if($v -is [ValueType] -and $v.GetType().IsPrimitive){return $v}
  if($v -is [decimal]){return $v}
  if($d -lt 0){return "$v"}
  if($v -is [Collections.IDictionary]){$h=@{};foreach($k in @($v.Keys)){$h["$k"]=m_told $v[$k] ($d-1)};return $h}
  if($v -is [Collections.IEnumerable]){$l=New-Object Collections.ArrayList;foreach($k in $v){$null=$l.Add((m_told $k ($d-1)))};return ,$l.ToArray()}
  $h=@{}
  foreach($k in $v.PSObject.Properties){try{$h[$k.Name]=m_told $k.Value ($d-1)}catch{$h[$k.Name]=$null}}
  $h
}
function m_wrong($r){
  @{
    output=("$r"+"\`n"+"$($r.InvocationInfo.PositionMessage)")
    exception=@{message="$($r.Exception.Message)";type=$r.Exception.GetType().FullName;hresult=$r.Exception.HResult;source="$($r.Exception.Source)"}
    fully_qualified_error_id="$($r.FullyQualifiedErrorId)"
    script_stack_trace="$($r.ScriptStackTrace)"
    target_object="$($r.TargetObject)"
    category_info=@{category="$($r.CategoryInfo.Category)";category_id=[int]$r.CategoryInfo.Category;activity="$($r.CategoryInfo.Activity)";reason="$($r.CategoryInfo.Reason)";target_name="$($r.CategoryInfo.TargetName)";target_type="$($r.CategoryInfo.TargetType)"}
  }
}
$m_t=$null
$m_x=$null
$m_a=[Management.Automation.Language.Parser]::ParseInput($m_o.script,[ref]$m_t,[ref]$m_x)
$m_may=$false
if($null -ne $m_a.ParamBlock){
  foreach($m_y in $m_a.ParamBlock.Attributes){
    if($m_y.TypeName.Name -eq 'CmdletBinding'){
      foreach($m_z in $m_y.NamedArguments){if($m_z.ArgumentName -eq 'SupportsShouldProcess' -and ($m_z.ExpressionOmitted -or $m_z.Argument.Extent.Text -ne '$false')){$m_may=$true}}
    }
  }
}
if($m_o.check -and -not $m_may){m_end @{skipped=$true};exit 0}
$m_d=[IO.Path]::Combine([IO.Path]::GetTempPath(),'muster-script-'+[Guid]::NewGuid().ToString('N'))
$m_w=@{Changed=$true;Failed=$false;Result=$null;Diff=@{};CheckMode=[bool]$m_o.check;Verbosity=[int]$m_o.verbosity;Tmpdir=$m_d}
$m_g=New-Object Management.Automation.PSObject -Property $m_w
$m_p=[PowerShell]::Create()
$m_r=[Management.Automation.Runspaces.RunspaceFactory]::CreateRunspace()
$m_e=New-Object Collections.ArrayList
$m_v=@()
$m_why=''
$m_ended=$false
try{
  $null=[IO.Directory]::CreateDirectory($m_d)
  $m_r.Open()
  $m_r.SessionStateProxy.SetVariable('Ansible',$m_g)
  $m_r.SessionStateProxy.SetVariable('ErrorActionPreference',$m_o.error_action)
  $m_r.SessionStateProxy.SetVariable('ProgressPreference','SilentlyContinue')
  $m_p.Runspace=$m_r
  $null=$m_p.AddScript($m_o.script)
  foreach($m_k in $m_o.parameters.PSObject.Properties){$null=$m_p.AddParameter($m_k.Name,(m_given $m_k.Value))}
  foreach($m_k in @($m_o.secure)){
    if($null -eq $m_k){continue}
    if($null -ne $m_k.username){$null=$m_p.AddParameter($m_k.name,(New-Object Management.Automation.PSCredential $m_k.username,(New-Object Net.NetworkCredential '',$m_k.password).SecurePassword))}
    else{$null=$m_p.AddParameter($m_k.name,(New-Object Net.NetworkCredential '',$m_k.value).SecurePassword)}
  }
  if($m_o.check){$null=$m_p.AddParameter('WhatIf',$true)}
  try{$m_v=@($m_p.Invoke())}catch{
    $m_q=$_.Exception
    while($null -ne $m_q.InnerException -and $m_q -isnot [Management.Automation.RuntimeException]){$m_q=$m_q.InnerException}
    $m_ended=$true
    $m_why=$m_q.Message
    if($null -ne $m_q.ErrorRecord){$null=$m_e.Add((m_wrong $m_q.ErrorRecord))}
  }
  foreach($m_k in $m_p.Streams.Error){$null=$m_e.Add((m_wrong $m_k))}
  m_end @{
    changed=[bool]$m_g.Changed
    failed=[bool]$m_g.Failed
    terminated=$m_ended
    message=$m_why
    result=(m_told $m_g.Result 100)
    diff=(m_told $m_g.Diff 100)
    output=@(foreach($m_k in $m_v){,(m_told $m_k ([int]$m_o.depth))})
    error=@($m_e.ToArray())
    warning=@($m_p.Streams.Warning|ForEach-Object{"$_"})
    verbose=@($m_p.Streams.Verbose|ForEach-Object{"$_"})
    debug=@($m_p.Streams.Debug|ForEach-Object{"$_"})
    information=@($m_p.Streams.Information|ForEach-Object{@{message_data="$($_.MessageData)";source="$($_.Source)";tags=@($_.Tags)}})
  }
}finally{
  $m_p.Dispose()
  $m_r.Dispose()
  try{[IO.Directory]::Delete($m_d,$true)}catch{}
}
exit 0`
