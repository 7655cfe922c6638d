import { ps } from '../../shell/powershell/ps.ts'

/*
 * Windows PowerShell as a resident shell. The command line starts BOOTSTRAP, which reads PROGRAM from standard input,
 * which reads requests from there. All three are read as bytes, so that no code page is in the way (the console's is the
 * OEM one), and each part says its length first. What comes back are the frames of the resident sh (../frames.ts).
 *
 * More than 250 lines: it is one program, which goes to the host as one text.
 *
 *   PROGRAM:  LENGTH LF bytes
 *   request:  r NONCE STEPS LF, then for each step:  LENGTH VALUES SECONDS LF script LF, and the values
 *   push:     p NONCE LENGTH LF path (a value), then chunks:  LENGTH LF bytes, the last one of length 0
 *   value:    s LENGTH LF text LF | b LENGTH LF bytes LF | i NUMBER LF | d NUMBER LF | y LF | n LF | z LF | a COUNT LF values
 */

/**
 * What `-EncodedCommand` holds: below 2,900 characters, since cmd.exe takes no line above 8,191 (facts/windows.md 1.3).
 * It never names the automatic variable for input, or the host would read ahead (2.2). Language modes that forbid .NET are
 * told, not fought: nothing but this text runs there (2.6).
 */
export const BOOTSTRAP = ps`$ProgressPreference='SilentlyContinue'
$l="$($ExecutionContext.SessionState.LanguageMode)"
if($l -ne 'FullLanguage'){"muster-refused language $l $($PSVersionTable.PSVersion)";exit 75}
if($PSVersionTable.PSVersion.Major -lt 5){"muster-refused version $($PSVersionTable.PSVersion)";exit 75}
$ErrorActionPreference='Stop'
$m_utf8=New-Object Text.UTF8Encoding $false
$m_in=New-Object IO.BufferedStream ([Console]::OpenStandardInput()),65536
$m_out=New-Object IO.BufferedStream ([Console]::OpenStandardOutput()),65536
$m_err=New-Object IO.BufferedStream ([Console]::OpenStandardError()),65536
function m_line {
  $t=New-Object Text.StringBuilder
  while(($b=$m_in.ReadByte()) -ne 10){if($b -lt 0){return $null};$null=$t.Append([char]$b)}
  $t.ToString()
}
function m_bytes([int]$n){
  $x=New-Object byte[] $n
  $o=0
  while($o -lt $n){$g=$m_in.Read($x,$o,$n-$o);if($g -le 0){exit 76};$o+=$g}
  ,$x
}
$m_n=m_line
if($null -eq $m_n){exit 76}
try{$m_p=[ScriptBlock]::Create($m_utf8.GetString((m_bytes ([int]$m_n))))}catch{"muster-refused program $($_.FullyQualifiedErrorId)";exit 75}
. $m_p`

/**
 * `w` writes text to the standard output of a step, `f` the same with a NUL behind it, `e` to its standard error. A step's values are its parameters; what
 * it throws is its standard error and status 1; `$global:m_rc` is its status else.
 */
export const PROGRAM = ps`
function w([string]$t){$b=$m_utf8.GetBytes($t);$m_out.Write($b,0,$b.Length)}
function wb([byte[]]$b){$m_out.Write($b,0,$b.Length)}
function e([string]$t){$b=$m_utf8.GetBytes($t);$m_err.Write($b,0,$b.Length)}
function f($t){$b=$m_utf8.GetBytes("$t");$m_out.Write($b,0,$b.Length);$m_out.WriteByte(0)}
function m_both([string]$t){w $t;e $t;$m_out.Flush();$m_err.Flush()}
function m_value {
  $h=m_line
  if($null -eq $h){exit 76}
  $k=$h[0]
  $r=$h.Substring(1).Trim()
  if($k -ceq 's'){$v=$m_utf8.GetString((m_bytes ([int]$r)));$null=m_line;return $v}
  if($k -ceq 'b'){$v=m_bytes ([int]$r);$null=m_line;return ,$v}
  if($k -ceq 'i'){return [long]$r}
  if($k -ceq 'd'){return [double]::Parse($r,[Globalization.CultureInfo]::InvariantCulture)}
  if($k -ceq 'y'){return $true}
  if($k -ceq 'n'){return $false}
  if($k -ceq 'z'){return $null}
  $n=[int]$r
  $v=New-Object object[] $n
  for($j=0;$j -lt $n;$j++){$v[$j]=m_value}
  return ,$v
}
function m_said($r){
  $x=$r.Exception
  while($null -ne $x.InnerException -and $x -is [Management.Automation.RuntimeException]){$x=$x.InnerException}
  $c=$x.HResult
  if($x -is [ComponentModel.Win32Exception]){$c=$x.NativeErrorCode}
  "$($x.Message.Trim())\`n[$($x.GetType().Name) $c; $($r.FullyQualifiedErrorId); line $($r.InvocationInfo.ScriptLineNumber)]\`n"
}
function m_path([string]$p){
  # %NAME% as Windows expands it, the profile for a tilde; names that are too long for the old form get the long one.
  $p=[Environment]::ExpandEnvironmentVariables($p)
  if($p -match '^~(?=[\\/]|$)'){$p=$env:USERPROFILE+$p.Substring(1)}
  $p=[IO.Path]::GetFullPath($p)
  if($p.Length -ge 248 -and -not $p.StartsWith('\\?\')){
    if($p.StartsWith('\\')){$p='\\?\UNC\'+$p.Substring(2)}else{$p='\\?\'+$p}
  }
  $p
}
function m_hash([string]$p,[string]$kind){
  # Hex digest of a file, which others may have open; the classes of the system where a policy forbids the managed ones.
  $s=New-Object IO.FileStream $p,'Open','Read','ReadWrite,Delete'
  try{
    try{$h=[Security.Cryptography.HashAlgorithm]::Create($kind)}catch{$h=New-Object "Security.Cryptography.$($kind)CryptoServiceProvider"}
    [BitConverter]::ToString($h.ComputeHash($s)).Replace('-','').ToLowerInvariant()
  }finally{$s.Dispose()}
}
function m_fetch([string]$url,[string]$to,[int]$seconds){
  # GET into a file. Gives status, length, and what the server says of its age.
  [Net.ServicePointManager]::SecurityProtocol=[Net.ServicePointManager]::SecurityProtocol -bor 3072
  $q=[Net.WebRequest]::Create($url)
  $q.Timeout=$seconds*1000
  if($q -is [Net.HttpWebRequest]){
    $q.ReadWriteTimeout=$seconds*1000
    $q.UserAgent='muster'
    $x=$env:https_proxy
    if($url -like 'http:*'){$x=$env:http_proxy}
    if($x){$q.Proxy=New-Object Net.WebProxy $x}
  }
  $r=$q.GetResponse()
  try{
    $i=$r.GetResponseStream()
    $o=New-Object IO.FileStream $to,'Create','Write','None'
    try{$i.CopyTo($o);$n=$o.Length;$o.Flush($true)}finally{$o.Dispose()}
    $c=200
    if($r -is [Net.HttpWebResponse]){$c=[int]$r.StatusCode}
    @{status=$c;length=$n}
  }finally{$r.Dispose()}
}
function m_key([string]$p,[bool]$write=$false){
  # The key at HKLM:\path, in the 64-bit view; null when there is none.
  $h,$r=$p -split ':?[\\/]',2
  if($null -eq $r){$r=''}
  $b=@{HKLM='LocalMachine';HKCU='CurrentUser';HKCR='ClassesRoot';HKU='Users';HKCC='CurrentConfig'}[$h.TrimEnd(':').ToUpperInvariant()]
  if($null -eq $b){throw "no hive of the registry is called $h"}
  [Microsoft.Win32.RegistryKey]::OpenBaseKey($b,'Registry64').OpenSubKey($r.TrimEnd('\'),$write)
}
function m_new_key([string]$p){
  # The same key, writable, made where it is missing.
  $h,$r=$p -split ':?[\\/]',2
  $b=@{HKLM='LocalMachine';HKCU='CurrentUser';HKCR='ClassesRoot';HKU='Users';HKCC='CurrentConfig'}[$h.TrimEnd(':').ToUpperInvariant()]
  if($null -eq $b){throw "no hive of the registry is called $h"}
  [Microsoft.Win32.RegistryKey]::OpenBaseKey($b,'Registry64').CreateSubKey($r.TrimEnd('\'))
}
function m_set_value($k,[string]$n,$v,[string]$kind){
  if($kind -eq 'DWord'){$v=[int]$v}
  elseif($kind -eq 'QWord'){$v=[long]$v}
  elseif($kind -eq 'MultiString'){$v=[string[]]@($v)}
  elseif($kind -eq 'Binary' -or $kind -eq 'None'){$v=[byte[]]$v}
  $k.SetValue($n,$v,$kind)
}
function m_sid($b){if($null -eq $b){''}else{(New-Object Security.Principal.SecurityIdentifier ([byte[]]$b),0).Value}}
function m_services{
  # $m_all: the services by name; asked of the service manager at once.
  if(-not ('ServiceProcess.ServiceController' -as [type])){Add-Type -AssemblyName System.ServiceProcess}
  $global:m_all=@{}
  foreach($s in [ServiceProcess.ServiceController]::GetServices()){$global:m_all[$s.ServiceName]=$s}
}
function m_sc([string]$arguments,$allowed=@(0)){
  $r=m_run @{file="$env:SystemRoot\System32\sc.exe";arguments=$arguments;seconds=60}
  if($allowed -notcontains $r.rc){throw "sc.exe $($arguments.Split(' ')[0]): $((New-Object ComponentModel.Win32Exception $r.rc).Message) ($($r.rc))"}
  $r.rc
}
function m_state([string]$n,[string]$to,[int]$seconds=60){
  # Starts or stops a service, with those that depend on it where that was allowed, and waits until it has.
  if(-not ('ServiceProcess.ServiceController' -as [type])){Add-Type -AssemblyName System.ServiceProcess}
  $s=New-Object ServiceProcess.ServiceController $n
  try{
    if($to -eq 'Running'){if("$($s.Status)" -eq 'Paused'){$s.Continue()}elseif("$($s.Status)" -ne 'Running'){$s.Start()}}
    elseif($to -eq 'Stopped'){if("$($s.Status)" -ne 'Stopped'){$s.Stop()}}
    else{$s.Pause()}
    $s.WaitForStatus($to,[TimeSpan]::FromSeconds($seconds))
  }finally{$s.Dispose()}
}
function m_reboot{
  # Signs of a restart that is due.
  $s='HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion'
  if($null -ne (m_key "$s\Component Based Servicing\RebootPending")){'servicing'}
  if($null -ne (m_key "$s\WindowsUpdate\Auto Update\RebootRequired")){'update'}
  $k=m_key 'HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager'
  if($null -ne $k -and @($k.GetValue('PendingFileRenameOperations',@())).Length -gt 0){'files'}
}
function m_harden([string]$p,[string[]]$more=@()){
  # Nobody but SYSTEM and Administrators, and whom it is told (rights and SID, as SDDL has them); nothing from the parent, and nothing of before.
  $i=''
  if([IO.Directory]::Exists($p)){$i='OICI'}
  $s='D:P'
  foreach($x in @('FA;;;SY','FA;;;BA')+$more){$s+="(A;$i;$x)"}
  $a=Get-Acl -LiteralPath $p
  $a.SetSecurityDescriptorSddlForm($s,'Access')
  Set-Acl -LiteralPath $p -AclObject $a
}
function m_like([string]$from,[string]$to){
  # The access list of one file for another, and nothing but that: the owner stays.
  $s=(Get-Acl -LiteralPath $from).GetSecurityDescriptorSddlForm('Access')
  $x=Get-Acl -LiteralPath $to
  $x.SetSecurityDescriptorSddlForm($s,'Access')
  Set-Acl -LiteralPath $to -AclObject $x
}
function m_run($o){
  # Runs a program with its streams redirected: $o.file, .arguments, .folder, .input (bytes), .seconds, .environment (NAME=VALUE).
  # Gives rc (all 32 bits), out and err (bytes), late. Without a shell; standard input is closed behind its bytes.
  $i=New-Object Diagnostics.ProcessStartInfo
  $i.FileName=$o.file
  $i.Arguments=$o.arguments
  if($o.folder){$i.WorkingDirectory=$o.folder}
  foreach($x in @($o.environment)){if($x -match '(?s)^([^=]+)=(.*)$'){$i.EnvironmentVariables[$Matches[1]]=$Matches[2]}}
  $i.UseShellExecute=$false
  $i.CreateNoWindow=$true
  $i.RedirectStandardInput=$true
  $i.RedirectStandardOutput=$true
  $i.RedirectStandardError=$true
  $p=New-Object Diagnostics.Process
  $p.StartInfo=$i
  $null=$p.Start()
  $q=New-Object IO.MemoryStream
  $s=New-Object IO.MemoryStream
  $t=@($p.StandardOutput.BaseStream.CopyToAsync($q),$p.StandardError.BaseStream.CopyToAsync($s))
  try{
    if($o.input){$p.StandardInput.BaseStream.Write($o.input,0,$o.input.Length)}
    $p.StandardInput.Close()
  }catch{}
  $late=$false
  if($o.seconds -gt 0){
    if(-not $p.WaitForExit([int]($o.seconds*1000))){
      $late=$true
      $k=New-Object Diagnostics.ProcessStartInfo
      $k.FileName="$env:SystemRoot\System32\taskkill.exe"
      $k.Arguments="/F /T /PID $($p.Id)"
      $k.UseShellExecute=$false
      $k.CreateNoWindow=$true
      [Diagnostics.Process]::Start($k).WaitForExit()
      $null=$p.WaitForExit(5000)
    }
  }else{$p.WaitForExit([int]::MaxValue)|Out-Null}
  # What it left behind may hold its streams for ever.
  foreach($x in $t){try{$null=$x.Wait(2000)}catch{}}
  $rc=0
  if(-not $late){$rc=$p.ExitCode}
  @{rc=$rc;out=$q.ToArray();err=$s.ToArray();late=$late;id=$p.Id}
}
$m_cache=@{}
function m_steps([string]$nonce,[int]$count){
  for($m_i=0;$m_i -lt $count;$m_i++){
    $m_h=(m_line).Split(' ')
    $m_t=$m_utf8.GetString((m_bytes ([int]$m_h[0])))
    $null=m_line
    $m_v=New-Object object[] ([int]$m_h[1])
    for($m_j=0;$m_j -lt $m_v.Length;$m_j++){$m_v[$m_j]=m_value}
    $m_x=m_value
    $global:m_seconds=[int]$m_h[2]
    $global:m_rc=0
    $m_old=@{}
    m_both "$nonce b $m_i $PID $PID\`n"
    try{
      foreach($m_e in $m_x){
        $m_old[$m_e[0]]=[Environment]::GetEnvironmentVariable($m_e[0])
        [Environment]::SetEnvironmentVariable($m_e[0],$m_e[1])
      }
      $m_b=$m_cache[$m_t]
      if($null -eq $m_b){$m_b=[ScriptBlock]::Create($m_t);$m_cache[$m_t]=$m_b}
      # The loop takes a stray break of a script; what a script gives as objects is nobody's.
      foreach($m_once in 1){$null=& $m_b $m_v 3>$null 4>$null 5>$null 6>$null}
    }catch{
      $global:m_rc=1
      e (m_said $_)
    }
    foreach($m_k in $m_old.Keys){
      $m_e=$m_old[$m_k]
      if($null -eq $m_e){$m_e=[NullString]::Value}
      [Environment]::SetEnvironmentVariable($m_k,$m_e)
    }
    m_both "\`n$nonce e $m_i $([uint32]($global:m_rc -band 0xffffffffL))\`n"
  }
  m_both "$nonce d\`n"
}
function m_push([string]$nonce){
  $path=m_value
  $f=$null
  $why=$null
  m_both "$nonce b 0 $PID $PID\`n"
  try{$f=New-Object IO.FileStream $path,'Open','Write','Read'}catch{$why=$_}
  for(;;){
    $n=m_line
    if($null -eq $n){exit 76}
    $n=[int]$n
    if($n -eq 0){break}
    $x=m_bytes $n
    if($null -eq $why){try{$f.Write($x,0,$n)}catch{$why=$_}}
  }
  if($null -ne $f){try{$f.Flush($true)}catch{if($null -eq $why){$why=$_}};$f.Dispose()}
  $rc=0
  if($null -ne $why){$rc=1;e (m_said $why)}
  m_both "\`n$nonce e 0 $rc\`n"
  m_both "$nonce d\`n"
}
for(;;){
  $m_l=m_line
  if($null -eq $m_l){exit 0}
  $m_w=$m_l.Split(' ')
  if($m_w[0] -ceq 'r'){m_steps $m_w[1] ([int]$m_w[2])}
  elseif($m_w[0] -ceq 'p'){m_push $m_w[1]}
  else{exit 77}
}
`
