# The agent's own store (Vault): the registration, the machine's fingerprint, the index of both.
vault=$data/Vault
registration_key=$vault/Store/RegistrationKey
stored_fingerprint=$vault/Store/InstanceFingerprint

# vault_store NAME JSON: fails, and says so on standard error, where this user may not write.
vault_store() {
  mkdir -p "$vault/Store" || return 1
  chmod 0600 "$vault" "$vault/Store" || return 1
  printf '%s' "$2" >"$vault/Store/$1" || return 1
  chmod 0600 "$vault/Store/$1"
  entries=
  for entry in InstanceFingerprint RegistrationKey; do
    [ -e "$vault/Store/$entry" ] || continue
    entries="$entries${entries:+,}\"$entry\":\"$vault/Store/$entry\""
  done
  printf '{%s}' "$entries" >"$vault/Manifest" && chmod 0600 "$vault/Manifest"
}

# registration_store ID REGION PRIVATE_KEY KEY_TYPE: the key is base64 of its PKCS #1 form.
registration_store() {
  created=
  [ -z "$3" ] || created="$(date -u '+%Y-%m-%d %H:%M:%S.%2N') +0000 UTC"
  vault_store RegistrationKey "{\"instanceID\":\"$1\",\"region\":\"$2\",\"instanceType\":\"\",\"availabilityZone\":\"\",\"privateKey\":\"$3\",\"publicKey\":\"\",\"privateKeyType\":\"$4\",\"privateKeyCreatedDate\":\"$created\"}"
}

# registration FIELD: of the stored registration.
registration() {
  [ ! -r "$registration_key" ] || json "$1" <"$registration_key"
}

# Whether this machine has the identity of a managed node: id, region and key are there and the index lists them.
registered() {
  [ -n "$(registration instanceID)" ] && [ -n "$(registration region)" ] && [ -n "$(registration privateKey)" ] &&
    [ -n "$(json RegistrationKey <"$vault/Manifest")" ]
}
