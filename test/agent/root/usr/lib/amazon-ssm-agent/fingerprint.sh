# The fingerprint: a UUID that stays the same as long as the machine looks the same.

# The nine attributes as members of a JSON object. Those that need dmidecode are empty, as where it is not installed.
hardware() {
  address=$(hostname -I 2>/dev/null)
  printf '"machine-id":"%s",' "$(cat /etc/machine-id 2>/dev/null)"
  printf '"processor-hash":"","memory-hash":"","bios-hash":"","system-hash":"",'
  printf '"hostname-info":"%s","ipaddress-info":"%s",' "$(hostname)" "${address%% *}"
  printf '"macaddr-info":"%s",' "$(cat /sys/class/net/*/address 2>/dev/null | sha256sum | cut -c 1-64)"
  printf '"disk-info":"%s"' "$(ls /sys/block 2>/dev/null | sha256sum | cut -c 1-64)"
}

# hash_of NAME: an attribute of the machine as it is now.
hash_of() { printf '{%s}' "$now" | json "$1"; }

# fingerprint_store UUID THRESHOLD
fingerprint_store() {
  vault_store InstanceFingerprint "{\"fingerprint\":\"$1\",\"hardwareHash\":{$now},\"similarityThreshold\":$2}"
}

# Whether the machine is the one of the stored fingerprint: same machine-id, and the same address or enough alike.
same_machine() {
  [ "$threshold" != -1 ] || return 0
  old() { json "hardwareHash.$1" <"$stored_fingerprint"; }
  [ "$(old machine-id)" = "$(hash_of machine-id)" ] || return 1
  [ "$(old ipaddress-info)" != "$(hash_of ipaddress-info)" ] || return 0
  alike=0
  for name in machine-id processor-hash memory-hash bios-hash system-hash hostname-info ipaddress-info macaddr-info disk-info; do
    [ "$(old "$name")" != "$(hash_of "$name")" ] || alike=$((alike + 1))
  done
  [ $((alike * 100 / 9)) -ge "$threshold" ]
}

# Sets `fingerprint`; stores it, and a new one where the machine has changed.
find_fingerprint() {
  now=$(hardware)
  fingerprint=
  threshold=
  if [ -r "$stored_fingerprint" ]; then
    fingerprint=$(json fingerprint <"$stored_fingerprint")
    threshold=$(json similarityThreshold <"$stored_fingerprint")
  else
    log WARN 'Could not read InstanceFingerprint file: InstanceFingerprint does not exist'
  fi
  threshold=${threshold:-40}
  if [ -z "$fingerprint" ]; then
    log INFO 'No initial fingerprint detected, generating fingerprint file...'
  elif same_machine; then
    return 0
  else
    log WARN 'Machine fingerprint does not match the stored one, generating a new one'
  fi
  fingerprint=$(cat /proc/sys/kernel/random/uuid)
  fingerprint_store "$fingerprint" "$threshold"
}
