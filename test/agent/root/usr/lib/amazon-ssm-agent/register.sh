# `-register`, `-register -clear` and `-fingerprint`.

# new_key: sets `private_key` (base64 of PKCS #1) and `public_key` (base64 of PKIX).
new_key() {
  openssl genrsa -out "$work/new" 2048 2>/dev/null
  private_key=$(openssl rsa -in "$work/new" -traditional -outform DER 2>/dev/null | openssl base64 -A)
  public_key=$(openssl rsa -in "$work/new" -pubout -outform DER 2>/dev/null | openssl base64 -A)
}

# failed REASON: reports the registration as failed.
failed() {
  log ERROR "Registration failed due to $1"
  exit 1
}

# The SDK checks the lengths before it sends anything.
check_lengths() {
  errors=
  count=0
  if [ "${#code}" -lt 20 ]; then
    errors="- minimum field size of 20, RegisterManagedInstanceInput.ActivationCode.
"
    count=1
  fi
  if [ "${#id}" -lt 36 ]; then
    errors="$errors- minimum field size of 36, RegisterManagedInstanceInput.ActivationId.
"
    count=$((count + 1))
  fi
  [ "$count" = 0 ] || failed "error registering the instance with AWS SSM. InvalidParameter: $count validation error(s) found.
$errors"
}

# Whether an existing registration may be replaced, asked on the terminal. Nothing has been written so far.
confirm() {
  printf 'Instance already registered. Would you like to override existing with new registration information? [Yes/No]: '
  IFS= read -r reply || failed EOF
  case "$reply" in
    [Yy] | [Yy][Ee][Ss]) ;;
    [Nn] | [Nn][Oo])
      log INFO 'Registration canceled by user'
      exit 1
      ;;
    *)
      echo 'Invalid response received.'
      exit 1
      ;;
  esac
}

register() {
  [ -n "$force" ] || [ -z "$(registration instanceID)" ] || confirm
  new_key
  # From here on an old registration is lost, whatever comes of the new one.
  problem=$(registration_store '' '' "$private_key" Rsa 2>&1) || failed "Unable to save registration information. $problem
Try running as sudo/administrator."
  find_fingerprint
  if [ -n "$no_similarity" ]; then fingerprint_store "$fingerprint" -1; fi
  check_lengths
  body="{\"ActivationCode\":\"$code\",\"ActivationId\":\"$id\",\"Fingerprint\":\"$fingerprint\",\"PublicKey\":\"$public_key\",\"PublicKeyType\":\"Rsa\"}"
  for pause in 0.1 0.2 0.4 0.8 1.6 end; do
    ! call sign_none RegisterManagedInstance "$body" || break
    [ "$error" = TooManyUpdates ] && [ "$pause" != end ] || failed "error registering the instance with AWS SSM. $error: $message"
    run sleep "$pause"
  done
  instance=$(printf %s "$answer" | json InstanceId)
  registration_store "$instance" "$region" "$private_key" Rsa
  printf '{"ManagedInstanceID":"%s","Region":"%s"}' "$instance" "$region" >"$data/registration"
  log INFO "Successfully registered the instance with AWS SSM using Managed instance-id: $instance"
}

# The plain `registration` file stays, as with the real agent of 3.3.
clear_registration() {
  registration_store '' '' '' '' 2>/dev/null && vault_store InstanceFingerprint '{"fingerprint":"","hardwareHash":{},"similarityThreshold":0}' || {
    log ERROR 'Failed to clear registration: permission denied'
    exit 1
  }
  log INFO 'Registration information has been removed from the instance.'
}

change_threshold() {
  if [ "$similarity" != -1 ] && { [ "$similarity" -lt 1 ] || [ "$similarity" -gt 100 ]; }; then
    log ERROR "Error setting the similarity threshold. Invalid similarity threshold value of $similarity. Value must be between 1 and 100 or -1."
    exit 1
  fi
  find_fingerprint
  fingerprint_store "$fingerprint" "$similarity"
  log INFO "Fingerprint similarity threshold updated to $similarity"
}
