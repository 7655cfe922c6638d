# Calls of Systems Manager's API: where it is, three ways to sign, retries as the Go SDK makes them.

# endpoint REGION
endpoint() {
  custom=$(setting Ssm.Endpoint '')
  domain=$(setting Agent.ServiceDomain '')
  case "$1" in cn-*) aws=amazonaws.com.cn ;; *) aws=amazonaws.com ;; esac
  case "$custom" in
    '') echo "https://ssm.$1.${domain:-$aws}" ;;
    *://*) echo "$custom" ;;
    *) echo "https://$custom" ;;
  esac
}

hex_digest() { openssl dgst -sha256 -r | cut -c 1-64; }

# hmac KEY_OPTION TEXT: hexadecimal; KEY_OPTION is key:TEXT or hexkey:DIGITS.
hmac() { printf %s "$2" | openssl dgst -sha256 -mac HMAC -macopt "$1" -r | cut -c 1-64; }

# string_to_sign OPERATION BODY TOKEN: sets `signed` (names of the signed headers) and `to_sign`.
string_to_sign() {
  host=${url#*://}
  host=${host%%/*}
  headers="content-type:application/x-amz-json-1.1
host:$host
x-amz-date:$stamp
"
  signed='content-type;host;x-amz-date'
  if [ -n "$3" ]; then
    headers="${headers}x-amz-security-token:$3
"
    signed="$signed;x-amz-security-token"
  fi
  signed="$signed;x-amz-target"
  canonical="POST
/

${headers}x-amz-target:AmazonSSM.$1

$signed
$(printf %s "$2" | hex_digest)"
  to_sign="AWS4-HMAC-SHA256
$stamp
$scope
$(printf %s "$canonical" | hex_digest)"
}

# sign_none OPERATION BODY
sign_none() { authorization=; token=; }

# sign_node OPERATION BODY: with the node's own key, RSA-PSS over what Signature Version 4 signs.
sign_node() {
  token=
  string_to_sign "$1" "$2" ''
  registration privateKey | openssl base64 -d -A >"$work/key"
  signature=$(printf %s "$to_sign" | openssl dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 -sign "$work/key" -keyform DER | openssl base64 -A)
  authorization="AWS4-HMAC-SHA256 Credential=$(registration instanceID)/$scope, SignedHeaders=$signed, Signature=$signature"
}

# sign_role OPERATION BODY: with the credentials of the node's role, in access_key, secret_key and session_token.
sign_role() {
  token=$session_token
  string_to_sign "$1" "$2" "$token"
  key=$(hmac "key:AWS4$secret_key" "${stamp%T*}")
  for part in "$region" ssm aws4_request; do key=$(hmac "hexkey:$key" "$part"); done
  authorization="AWS4-HMAC-SHA256 Credential=$access_key/$scope, SignedHeaders=$signed, Signature=$(hmac "hexkey:$key" "$to_sign")"
}

# attempt SIGNING OPERATION BODY: one request. Sets `answer`, and on failure `error` (AWS's code) and `message`.
attempt() {
  url=$(endpoint "$region")
  stamp=$(date -u +%Y%m%dT%H%M%SZ)
  scope="${stamp%T*}/$region/ssm/aws4_request"
  "$1" "$2" "$3"
  printf %s "$3" >"$work/body"
  {
    printf 'header = "%s"\n' "Content-Type: application/x-amz-json-1.1" "X-Amz-Target: AmazonSSM.$2" "X-Amz-Date: $stamp" \
      "Transfer-Encoding: chunked" "User-Agent: aws-sdk-go/1.51.20 (go1.22.9; linux; amd64) amazon-ssm-agent/$version"
    [ -z "$authorization" ] || printf 'header = "Authorization: %s"\n' "$authorization"
    [ -z "$token" ] || printf 'header = "X-Amz-Security-Token: %s"\n' "$token"
  } >"$work/curl"
  error=
  : >"$work/headers"
  run curl --silent --show-error --max-time 60 --config "$work/curl" --data-binary "@$work/body" \
    --dump-header "$work/headers" --output "$work/answer" --write-out '%{http_code}' "$url/" >"$work/status" 2>"$work/error" || {
    error=RequestError
    message="send request failed
caused by: Post \"$url/\": $(sed 's/^curl: ([0-9]*) //' "$work/error")"
    return 1
  }
  answer=$(cat "$work/answer")
  status=$(cat "$work/status")
  [ "$status" != 200 ] || return 0
  error=$(printf %s "$answer" | json __type)
  error=${error##*#}
  error=${error:-UnknownError}
  message="$(printf %s "$answer" | json message)$(printf %s "$answer" | json Message)
	status code: $status, request id: $(sed -n 's/^[Xx]-[Aa]mzn-[Rr]equest[Ii]d: *\([^[:cntrl:]]*\).*/\1/p' "$work/headers")"
  return 1
}

# call SIGNING OPERATION BODY: an attempt, repeated three times where a repetition may help.
call() {
  wait=1
  for try in 1 2 3 4; do
    ! attempt "$@" || return 0
    case "$error:${status:-}" in
      RequestError:* | Throttl*:* | *:5??) ;;
      *) return 1 ;;
    esac
    [ "$try" = 4 ] || run sleep "$(random $wait $((wait + (wait + 1) / 2)))"
    status=
    wait=$((wait * 2))
  done
  return 1
}
