# The role's credentials: fetched with the node's key, shared in a file, described in the runtime configuration.

# The file that the credentials are shared in.
share_file() {
  home=${HOME:-$(getent passwd "$(id -u)" | cut -d : -f 6)}
  echo "${AWS_SHARED_CREDENTIALS_FILE:-$home/.aws/credentials}"
}

# Asks for new credentials. Sets access_key, secret_key, session_token, expires and retrieved (seconds since the epoch).
request_credentials() {
  call sign_node RequestManagedInstanceRoleToken "{\"Fingerprint\":\"$fingerprint\"}" || return 1
  access_key=$(printf %s "$answer" | json AccessKeyId)
  secret_key=$(printf %s "$answer" | json SecretAccessKey)
  session_token=$(printf %s "$answer" | json SessionToken)
  expires=$(printf %s "$answer" | json TokenExpirationDate | awk '{ printf "%d\n", $1 }')
  retrieved=$(date +%s)
  if [ "$(printf %s "$answer" | json UpdateKeyPair)" = true ]; then rotate_key; fi
}

# A new key pair for the node, announced with the old one.
rotate_key() {
  new_key
  call sign_node UpdateManagedInstancePublicKey "{\"NewPublicKey\":\"$public_key\",\"NewPublicKeyType\":\"Rsa\"}" || {
    log WARN "Failed to rotate the private key: $error: $message"
    return 0
  }
  registration_store "$(registration instanceID)" "$region" "$private_key" Rsa
}

# Writes the credentials into their section of the file and keeps the rest. The file is truncated and written, so that
# mode, owner and inode stay, and a reader can meet it empty: the real agent does so.
share_credentials() {
  file=$(share_file)
  if [ ! -e "$file" ]; then
    mkdir -p "${file%/*}"
    : >"$file"
  fi
  access_key=$access_key secret_key=$secret_key session_token=$session_token \
    awk -v section="$(setting Profile.ShareProfile default)" -f "$here/share.awk" "$file" >"$work/share"
  cat "$work/share" >"$file"
}

iso() { date -u -d "@$1" +%Y-%m-%dT%H:%M:%SZ; }

# Says which identity the agent runs as.
describe_identity() {
  mkdir -p "$data/runtimeconfig"
  shared=$(share_file)
  [ "$(setting Profile.ShareCreds true)" = true ] || shared=
  printf '{"SchemaVersion":"1.1","InstanceId":"%s","IdentityType":"OnPrem","ShareFile":"%s","ShareProfile":"%s","CredentialsExpiresAt":"%s","CredentialsRetrievedAt":"%s","CredentialSource":"SSM"}' \
    "$instance" "$shared" "$(setting Profile.ShareProfile '')" "$(iso "$expires")" "$(iso "$retrieved")" >"$data/runtimeconfig/identity_config.json"
}
