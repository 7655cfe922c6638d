# A stand-in for the SSM agent on Windows-like hosts, for tests: the real one's contract (arguments, messages, files,
# calls) as far as registration, credentials and heartbeat go. It runs in PowerShell 7 and nothing older.
$ErrorActionPreference = 'Stop'
$data = "$env:ProgramData\Amazon\SSM"
$vault = "$data\InstanceData\Vault"
$utf8 = [Text.UTF8Encoding]::new($false)
$client = [Net.Http.HttpClient]::new()

function log($level, $text) {
  $line = "$([DateTime]::Now.ToString('yyyy-MM-dd HH:mm:ss.ffff')) $level $text"
  [Console]::Out.WriteLine($line)
  $null = New-Item -ItemType Directory -Force "$data\Logs"
  [IO.File]::AppendAllText("$data\Logs\amazon-ssm-agent.log", "$line`r`n")
}

# The service's own variables, which Wine does not give it.
foreach ($one in @((Get-ItemProperty 'HKLM:\SYSTEM\CurrentControlSet\Services\AmazonSSMAgent' -ErrorAction SilentlyContinue).Environment)) {
  if ($one -and $args[0] -eq '-service') { $name, $value = $one.Split('=', 2); [Environment]::SetEnvironmentVariable($name, $value) }
}

function setting($name, $default) {
  $file = "$env:ProgramFiles\Amazon\SSM\amazon-ssm-agent.json"
  if (Test-Path -LiteralPath $file) {
    $found = [IO.File]::ReadAllText($file) | ConvertFrom-Json
    foreach ($part in $name.Split('.')) { if ($null -ne $found) { $found = $found.$part } }
    if ($null -ne $found -and "$found" -ne '') { return $found }
  }
  $default
}

function vault_store($name, $text) {
  $null = New-Item -ItemType Directory -Force "$vault\Store"
  [IO.File]::WriteAllText("$vault\Store\$name", $text)
  $entries = @('InstanceFingerprint', 'RegistrationKey' | Where-Object { Test-Path "$vault\Store\$_" } | ForEach-Object { "`"$_`":$(ConvertTo-Json "$vault\Store\$_")" })
  [IO.File]::WriteAllText("$vault\Manifest", "{$($entries -join ',')}")
}

function registration {
  try { [IO.File]::ReadAllText("$vault\Store\RegistrationKey") | ConvertFrom-Json } catch { $null }
}

function registration_store($id, $region, $key) {
  vault_store 'RegistrationKey' "{`"instanceID`":`"$id`",`"region`":`"$region`",`"instanceType`":`"`",`"availabilityZone`":`"`",`"privateKey`":`"$key`",`"publicKey`":`"`",`"privateKeyType`":`"Rsa`",`"privateKeyCreatedDate`":`"$([DateTime]::UtcNow.ToString('yyyy-MM-dd HH:mm:ss.ff')) +0000 UTC`"}"
}

function fingerprint {
  $file = "$vault\Store\InstanceFingerprint"
  if (Test-Path -LiteralPath $file) { $known = ([IO.File]::ReadAllText($file) | ConvertFrom-Json).fingerprint; if ($known) { return $known } }
  $new = [Guid]::NewGuid().ToString()
  vault_store 'InstanceFingerprint' "{`"fingerprint`":`"$new`",`"hardwareHash`":{},`"similarityThreshold`":40}"
  $new
}

function hex($bytes) { [Convert]::ToHexString($bytes).ToLowerInvariant() }
function sha($text) { hex ([Security.Cryptography.SHA256]::HashData($utf8.GetBytes($text))) }
function hmac($key, $text) { , [Security.Cryptography.HMACSHA256]::HashData($key, $utf8.GetBytes($text)) }

# One call: unsigned, with the node's key, or with the role's keys. Gives the answer; fails with AWS's code and message.
function call($signing, $operation, $body, $region) {
  $url = [Uri](setting 'Ssm.Endpoint' "https://ssm.$region.amazonaws.com")
  $stamp = [DateTime]::UtcNow.ToString("yyyyMMdd'T'HHmmss'Z'")
  $scope = "$($stamp.Substring(0, 8))/$region/ssm/aws4_request"
  $request = [Net.Http.HttpRequestMessage]::new('POST', [Uri]"$($url.GetLeftPart('Authority'))/")
  $request.Content = [Net.Http.ByteArrayContent]::new($utf8.GetBytes($body))
  $null = $request.Content.Headers.TryAddWithoutValidation('Content-Type', 'application/x-amz-json-1.1')
  $token = if ($signing -eq 'role') { $script:keys.SessionToken } else { '' }
  $names = "content-type;host;x-amz-date$(if ($token) { ';x-amz-security-token' });x-amz-target"
  $host_ = $url.Authority
  $canonical = "POST`n/`n`ncontent-type:application/x-amz-json-1.1`nhost:$host_`nx-amz-date:$stamp`n$(if ($token) { "x-amz-security-token:$token`n" })x-amz-target:AmazonSSM.$operation`n`n$names`n$(sha $body)"
  $text = "AWS4-HMAC-SHA256`n$stamp`n$scope`n$(sha $canonical)"
  $headers = @{ 'X-Amz-Target' = "AmazonSSM.$operation"; 'X-Amz-Date' = $stamp; 'User-Agent' = "aws-sdk-go/1.51.20 (go1.22.9; windows; amd64) amazon-ssm-agent/$version" }
  if ($signing -eq 'node') {
    $rsa = [Security.Cryptography.RSA]::Create()
    $known = registration
    $rsa.ImportRSAPrivateKey([Convert]::FromBase64String($known.privateKey), [ref]0)
    $signature = [Convert]::ToBase64String($rsa.SignData($utf8.GetBytes($text), 'SHA256', [Security.Cryptography.RSASignaturePadding]::Pss))
    $headers.Authorization = "AWS4-HMAC-SHA256 Credential=$($known.instanceID)/$scope, SignedHeaders=$names, Signature=$signature"
  } elseif ($signing -eq 'role') {
    $key = $utf8.GetBytes("AWS4$($script:keys.SecretAccessKey)")
    foreach ($part in $stamp.Substring(0, 8), $region, 'ssm', 'aws4_request') { $key = hmac $key $part }
    $headers.Authorization = "AWS4-HMAC-SHA256 Credential=$($script:keys.AccessKeyId)/$scope, SignedHeaders=$names, Signature=$(hex (hmac $key $text))"
    $headers['X-Amz-Security-Token'] = $token
  }
  foreach ($name in $headers.Keys) { $null = $request.Headers.TryAddWithoutValidation($name, $headers[$name]) }
  try { $response = $client.Send($request) } catch { throw "RequestError: send request failed`ncaused by: $($_.Exception.InnerException.Message)" }
  $answer = [IO.StreamReader]::new($response.Content.ReadAsStream()).ReadToEnd()
  $value = if ($answer) { $answer | ConvertFrom-Json } else { $null }
  if ([int]$response.StatusCode -ne 200) { throw "$("$($value.__type)".Split('#')[-1]): $($value.message)$($value.Message)`n`tstatus code: $([int]$response.StatusCode), request id: x" }
  $value
}

function register($code, $id, $region) {
  $rsa = [Security.Cryptography.RSA]::Create(2048)
  $private = [Convert]::ToBase64String($rsa.ExportRSAPrivateKey())
  $public = [Convert]::ToBase64String($rsa.ExportSubjectPublicKeyInfo())
  registration_store '' '' $private
  $body = ConvertTo-Json -Compress ([ordered]@{ ActivationCode = $code; ActivationId = $id; Fingerprint = fingerprint; PublicKey = $public; PublicKeyType = 'Rsa' })
  try { $answer = call 'none' 'RegisterManagedInstance' $body $region }
  catch { log ERROR "Registration failed due to error registering the instance with AWS SSM. $($_.Exception.Message)"; exit 1 }
  registration_store $answer.InstanceId $region $private
  [IO.File]::WriteAllText("$data\InstanceData\registration", "{`"ManagedInstanceID`":`"$($answer.InstanceId)`",`"Region`":`"$region`"}")
  log INFO "Successfully registered the instance with AWS SSM using Managed instance-id: $($answer.InstanceId)"
}

function share {
  $file = if ($env:AWS_SHARED_CREDENTIALS_FILE) { $env:AWS_SHARED_CREDENTIALS_FILE } else { "$env:SystemRoot\System32\config\systemprofile\.aws\credentials" }
  $null = New-Item -ItemType Directory -Force ([IO.Path]::GetDirectoryName($file))
  # Truncated and written in place, as the real one does.
  [IO.File]::WriteAllText($file, "[$(setting 'Profile.ShareProfile' 'default')]`r`naws_access_key_id     = $($keys.AccessKeyId)`r`naws_secret_access_key = $($keys.SecretAccessKey)`r`naws_session_token     = $($keys.SessionToken)`r`n")
  $null = New-Item -ItemType Directory -Force "$data\runtimeconfig"
  [IO.File]::WriteAllText("$data\runtimeconfig\identity_config.json", "{`"SchemaVersion`":`"1.1`",`"InstanceId`":`"$($known.instanceID)`",`"IdentityType`":`"OnPrem`",`"ShareFile`":$(ConvertTo-Json $file),`"ShareProfile`":`"`"}")
}

function run {
  $script:known = registration
  if (-not $known.instanceID) { log ERROR 'failed to find agent identity'; exit 1 }
  $fingerprint = fingerprint
  $reported = $false
  for (;;) {
    $pause = 5
    try {
      $script:keys = call 'node' 'RequestManagedInstanceRoleToken' "{`"Fingerprint`":`"$fingerprint`"}" $known.region
      share
      $report = [ordered]@{ AgentName = 'amazon-ssm-agent'; AgentVersion = $version; InstanceId = $known.instanceID; PlatformType = 'Windows' }
      if (-not $reported) { $null = call 'role' 'UpdateInstanceInformation' (ConvertTo-Json -Compress $report) $known.region }
      $address = "$(@([Net.NetworkInformation.NetworkInterface]::GetAllNetworkInterfaces() | ForEach-Object { $_.GetIPProperties().UnicastAddresses } | Where-Object { "$($_.Address.AddressFamily)" -eq 'InterNetwork' -and "$($_.Address)" -ne '127.0.0.1' } | ForEach-Object { "$($_.Address)" })[0])"
      foreach ($pair in @('AgentStatus', 'Active'), @('AvailabilityZone', ''), @('AvailabilityZoneId', ''), @('ComputerName', $env:COMPUTERNAME), @('IPAddress', $address), @('PlatformName', 'Microsoft Windows Server 2022'), @('PlatformVersion', '10.0.20348'), @('SSMConnectionChannel', 'ec2messages')) { $report[$pair[0]] = $pair[1] }
      $null = call 'role' 'UpdateInstanceInformation' (ConvertTo-Json -Compress $report) $known.region
      $reported = $true
      $left = ([DateTimeOffset]::FromUnixTimeSeconds([long]$keys.TokenExpirationDate) - [DateTimeOffset]::UtcNow).TotalSeconds
      $pause = [Math]::Min([Math]::Max(1, $left / 2), 300)
    } catch { log ERROR "Retrieve credentials produced error: $($_.Exception.Message)" }
    Start-Sleep -Seconds $pause
  }
}

$version = '@VERSION@'
if ($args[0] -eq '-service') { run }
elseif ($args[0] -eq '-version') { "SSM Agent version: $version" }
elseif ($args[0] -eq '-register') {
  $given = @{}
  for ($at = 1; $at -lt $args.Count; $at++) { if ($args[$at] -in '-code', '-id', '-region') { $given[$args[$at]] = $args[$at + 1]; $at++ } }
  if ($given.Count -ne 3) { 'Command-line Usage:'; exit 1 }
  register $given['-code'] $given['-id'] $given['-region']
} else { 'Command-line Usage:'; exit 1 }
