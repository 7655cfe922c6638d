/** The file of AWS_SHARED_CREDENTIALS_FILE for a collector on Windows; no quotes, no blanks (facts/windows-collectors.md 3). */
export function windowsProfileText(profile: string, helper: string): string {
  return [
    '# Written by muster. Changes are overwritten.',
    `[${profile}]`,
    `credential_process = powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -File ${helper}`,
    '',
  ].join('\r\n')
}

/**
 * The `credential_process`: prints the agent's current keys with an expiry. It reads with full sharing, since the agent
 * could not write otherwise, and until two readings agree: the agent truncates and writes (facts/windows-collectors.md 1.5).
 */
export function windowsHelperText(credentialsFile: string, expiresIn: number): string {
  return `# Written by muster: credential_process of the collector on this host. Changes are overwritten.
$ErrorActionPreference = 'Stop'
function content {
  $s = New-Object IO.FileStream '${credentialsFile.replaceAll("'", "''")}', 'Open', 'Read', 'ReadWrite,Delete'
  try { (New-Object IO.StreamReader $s).ReadToEnd() } finally { $s.Dispose() }
}
for ($i = 0; $i -lt 50; $i++) {
  $t = content
  $k = @{}
  foreach ($l in $t -split '\\r?\\n') { if ($l -match '^\\s*aws_(access_key_id|secret_access_key|session_token)\\s*=\\s*(\\S+)') { $k[$Matches[1]] = $Matches[2] } }
  if ($k.Count -eq 3 -and $t -ceq (content)) {
    $e = [DateTime]::UtcNow.AddSeconds(${expiresIn}).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'")
    [Console]::Out.Write('{"Version":1,"AccessKeyId":"' + $k['access_key_id'] + '","SecretAccessKey":"' + $k['secret_access_key'] + '","SessionToken":"' + $k['session_token'] + '","Expiration":"' + $e + '"}')
    exit 0
  }
  Start-Sleep -Milliseconds 100
}
[Console]::Error.WriteLine('no complete credentials: is the SSM agent registered and running?')
exit 1
`.replaceAll('\n', '\r\n')
}
