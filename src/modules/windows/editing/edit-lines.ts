import { ps } from '../../../shell/powershell/ps.ts'

/** Bytes of a file that is edited. */
const MOST = 10_000_000

/**
 * Defines `m_edit $o`: a file's text with a line, or without it, by the rules of win_lineinfile (facts/windows.md 6), in
 * memory. `$o` has path (whole), state, line, regex, after, before (null or text), backrefs, create, encoding, newline.
 * Gives changed, bytes, msg, found, encoding, old and new (texts).
 *
 * The patterns are those of .NET, so the host evaluates them; each has ten seconds. Bytes that are no text in the
 * encoding are refused: writing them back would change them.
 */
export const EDIT_LINES = ps`function m_edit($o){
  $q=$o.path
  if([IO.Directory]::Exists($q)){throw "$q is a folder"}
  $there=[IO.File]::Exists($q)
  $bytes=New-Object byte[] 0
  if($there){
    $s=New-Object IO.FileStream $q,'Open','Read','ReadWrite,Delete'
    try{
      if($s.Length -gt ${MOST}){throw "$q has more than ${MOST} bytes"}
      $m=New-Object IO.MemoryStream
      $s.CopyTo($m)
      $bytes=$m.ToArray()
    }finally{$s.Dispose()}
  }elseif($o.state -eq 'present' -and -not $o.create){throw "Path $q does not exist !"}
  $h=[BitConverter]::ToString($bytes,0,[Math]::Min(4,$bytes.Length))
  if($o.encoding -ne 'auto'){$e=[Text.Encoding]::GetEncoding($o.encoding,[Text.EncoderFallback]::ExceptionFallback,[Text.DecoderFallback]::ExceptionFallback)}
  elseif($h -eq 'FF-FE-00-00'){$e=New-Object Text.UTF32Encoding $false,$true,$true}
  elseif($h -eq '00-00-FE-FF'){$e=New-Object Text.UTF32Encoding $true,$true,$true}
  elseif($h -like 'FF-FE*'){$e=New-Object Text.UnicodeEncoding $false,$true,$true}
  elseif($h -like 'FE-FF*'){$e=New-Object Text.UnicodeEncoding $true,$true,$true}
  else{$e=New-Object Text.UTF8Encoding $true,$true}
  # A mark at the beginning stays as it was; a new file gets one where the encoding cannot be told otherwise.
  $p=$e.GetPreamble()
  $had=$p.Length -gt 0 -and $bytes.Length -ge $p.Length -and [BitConverter]::ToString($bytes,0,$p.Length) -eq [BitConverter]::ToString($p)
  $skip=0
  if($had){$skip=$p.Length}
  if(-not $there){$had=$p.Length -gt 0 -and $e.WebName -ne 'utf-8'}
  try{$old=$e.GetString($bytes,$skip,$bytes.Length-$skip)}catch{throw "$q is no text in $($e.WebName): name its encoding"}
  $l=New-Object Collections.ArrayList
  foreach($x in [Text.RegularExpressions.Regex]::Split($old,'\r\n|\n|\r')){$null=$l.Add($x)}
  if($l[$l.Count-1] -ceq ''){$l.RemoveAt($l.Count-1)}
  $r=@{changed=$false;msg='';found=0;encoding=$e.WebName;old=$old;new=$old;bytes=$bytes}
  $g=@{}
  foreach($x in 'regex','after','before'){
    if($null -ne $o[$x] -and -not ($x -ne 'regex' -and ($o[$x] -ceq 'EOF' -or $o[$x] -ceq 'BOF'))){$g[$x]=New-Object Text.RegularExpressions.Regex $o[$x],'None',([TimeSpan]::FromSeconds(10))}
  }
  $line=$o.line
  if($o.state -eq 'absent'){
    for($n=$l.Count-1;$n -ge 0;$n--){
      if($g.regex){$hit=$g.regex.IsMatch($l[$n])}else{$hit=$l[$n] -ceq $line}
      if($hit){$l.RemoveAt($n);$r.found++}
    }
    if($r.found -gt 0){$r.changed=$true;$r.msg="$($r.found) line(s) removed"}
  }else{
    $at=-1;$same=-1;$put=-1;$match=$null
    for($n=0;$n -lt $l.Count;$n++){
      if($l[$n] -ceq $line){$same=$n}
      if($g.regex){$x=$g.regex.Match($l[$n]);if($x.Success){$at=$n;$match=$x}}
      if($g.after){if($g.after.IsMatch($l[$n])){$put=$n+1}}
      elseif($g.before){if($g.before.IsMatch($l[$n])){$put=$n}}
    }
    if($null -ne $match){
      if($o.backrefs){$line=$match.Result($line)}
      if($l[$at] -cne $line){$l[$at]=$line;$r.changed=$true;$r.msg='line replaced'}
    }elseif(-not $o.backrefs -and $same -eq -1){
      if($o.before -ceq 'BOF' -or $o.after -ceq 'BOF'){$put=0}
      if($put -lt 0){$put=$l.Count}
      $l.Insert($put,$line)
      $r.changed=$true
      $r.msg='line added'
    }
  }
  if($r.changed){
    $r.new=''
    if($l.Count -gt 0){$end="\`r\`n";if($o.newline -eq 'unix'){$end="\`n"};$r.new=($l.ToArray() -join $end)+$end}
    $x=$e.GetBytes($r.new)
    $m=New-Object IO.MemoryStream
    if($had){$m.Write($p,0,$p.Length)}
    $m.Write($x,0,$x.Length)
    $r.bytes=$m.ToArray()
  }
  $r
}`
