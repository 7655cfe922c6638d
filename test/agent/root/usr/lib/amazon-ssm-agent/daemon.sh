# The core agent: keeps the role's credentials fresh and a worker running.

worker=
child=
quit() {
  log INFO 'Stopping Core Agent'
  kill $worker $child 2>/dev/null || true
  rm -rf "$work"
  exit 0
}

# backoff FAILURES: seconds until the next try after a failed refresh.
backoff() {
  longest=$(setting Ssm.CredentialRetryMaxSleepSeconds 1800)
  power=$((1 << ($1 > 10 ? 10 : $1)))
  case "$error" in
    MachineFingerprintDoesNotMatch | AccessDeniedException) base=$(random 1500 1800) ;;
    RequestError) base=$power ;;
    *) base=$(random $((10 + power)) $((20 + power))) ;;
  esac
  awk -v base="$base" -v longest="$longest" 'BEGIN { print (base < longest ? base : longest) }'
}

run_agent() {
  trap quit TERM INT HUP
  log INFO "Starting Core Agent: amazon-ssm-agent - v$version"
  if ! allows_onprem || ! registered; then
    # The real agent also looks for an EC2 identity here, which takes it these two seconds; hosts of the tests have none.
    run sleep 2
    log ERROR 'Agent failed to assume any identity'
    log ERROR 'failed to find agent identity'
    exit 0
  fi
  instance=$(registration instanceID)
  region=$(registration region)
  log INFO "Agent will take identity from OnPrem"
  find_fingerprint
  failures=0
  while :; do
    if request_credentials; then
      failures=0
      [ "$(setting Profile.ShareCreds true)" != true ] || share_credentials
      describe_identity
      if [ -z "$worker" ] || ! kill -0 "$worker" 2>/dev/null; then
        ssm-agent-worker "$instance" "$region" &
        worker=$!
      fi
      pause=$(awk -v expires="$expires" -v retrieved="$retrieved" 'BEGIN { rest = (expires - retrieved) / 2; print (rest > 1 ? rest : 1) }')
      log INFO "Next credential rotation will be in $(awk -v pause="$pause" 'BEGIN { print pause / 60 }') minutes"
    else
      failures=$((failures + 1))
      pause=$(backoff "$failures")
      log ERROR "Retrieve credentials produced error: $error: $message"
      log INFO "Retrying in $pause seconds"
    fi
    run sleep "$pause"
  done
}
