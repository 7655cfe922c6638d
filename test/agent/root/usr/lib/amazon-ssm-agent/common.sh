# What every program of the package uses: its places, its log, its configuration, JSON.
version=@VERSION@
here=/usr/lib/amazon-ssm-agent
data=/var/lib/amazon/ssm
config=/etc/amazon/ssm/amazon-ssm-agent.json
logfile=/var/log/amazon/ssm/amazon-ssm-agent.log
umask 077

# log LEVEL TEXT: a line on standard output and in the log file.
log() {
  log_line="$(date '+%Y-%m-%d %H:%M:%S.%4N') $1 $2"
  printf '%s\n' "$log_line"
  printf '%s\n' "$log_line" 2>/dev/null >>"$logfile" || true
}

# What the real program prints while it looks for its logger's and its own configuration.
announce() {
  mkdir -p "${logfile%/*}" 2>/dev/null || true
  if [ ! -e /etc/amazon/ssm/seelog.xml ]; then
    echo 'Error occurred fetching the seelog config file path:  open /etc/amazon/ssm/seelog.xml: no such file or directory'
  fi
  echo 'Initializing new seelog logger'
  echo 'New Seelog Logger Creation Complete'
  if [ -e "$config" ]; then
    printf 'Found config file at %s.\nprocessing appconfig overrides\n' "$config" >&2
    printf 'Applying config override from %s.\n' "$config"
  fi
}

# json PATH: the scalar at PATH of the JSON text on standard input; nothing where there is none.
json() {
  awk -f "$here/json.awk" 2>/dev/null | awk -F '\t' -v path="$1" '$1 == path { print substr($0, length($1) + 2); exit }'
}

# setting PATH DEFAULT: a value of the configuration file, which is merged over the defaults.
setting() {
  setting_value=
  [ ! -r "$config" ] || setting_value=$(json "$1" <"$config")
  printf '%s\n' "${setting_value:-$2}"
}

# Whether the configuration allows the identity of a managed node outside EC2; it does by default.
allows_onprem() {
  setting_order=
  [ ! -r "$config" ] || setting_order=$(awk -f "$here/json.awk" "$config" 2>/dev/null | sed -n 's/^Identity\.ConsumptionOrder\.[0-9]*	//p')
  case "${setting_order:-OnPrem}" in *OnPrem*) return 0 ;; esac
  return 1
}

# random LOW HIGH: a number between the two.
random() {
  awk -v low="$1" -v high="$2" -v seed="$(od -An -N4 -tu4 /dev/urandom)" 'BEGIN { srand(seed); printf "%.2f\n", low + rand() * (high - low) }'
}

# run COMMAND...: waits for it so that a signal to this shell is handled at once, not after its end.
run() {
  "$@" &
  child=$!
  wait "$child"
}
