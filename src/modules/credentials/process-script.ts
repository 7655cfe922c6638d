import { type ShellText, sh } from '../../shell/sh.ts'

/**
 * The `credential_process` of a collector: prints the agent's current keys with an expiry, so that the collector's SDK
 * asks again in time (facts/collectors.md 2.2: without `Expiration` it would keep the first keys for ever). It runs as
 * the collector's user. The agent truncates and writes its file in place, so it is read until two readings agree and
 * all keys are there.
 */
export function processScript(credentialsFile: string, expiresIn: number): ShellText {
  return sh`#!/bin/sh
# Written by muster: credential_process of the collectors on this host. Changes are overwritten.
file=${credentialsFile}
value() {
  printf '%s\n' "$content" | sed -n "s/^[[:space:]]*$1[[:space:]]*=[[:space:]]*//p" | head -n 1
}
attempt=0
while [ $attempt -lt 50 ]; do
  content=$(cat "$file") || exit 1
  key=$(value aws_access_key_id)
  secret=$(value aws_secret_access_key)
  token=$(value aws_session_token)
  if [ -n "$key" ] && [ -n "$secret" ] && [ -n "$token" ] && [ "$content" = "$(cat "$file")" ]; then
    expiration=$(date -u -d "@$(($(date +%s) + ${expiresIn}))" +%Y-%m-%dT%H:%M:%SZ) || exit 1
    printf '{"Version":1,"AccessKeyId":"%s","SecretAccessKey":"%s","SessionToken":"%s","Expiration":"%s"}\n' \
      "$key" "$secret" "$token" "$expiration"
    exit 0
  fi
  attempt=$((attempt + 1))
  sleep 0.1
done
echo "no complete credentials in $file: is the SSM agent registered and running?" >&2
exit 1
`
}

/** The shared credentials file that names the process; without static keys, which would win over it. */
export function profileText(profile: string, processPath: string): string {
  return `# Written by muster. Changes are overwritten.\n[${profile}]\ncredential_process = ${processPath}\n`
}

/** The drop-in that moves the agent's own file to where the collectors' group may read it. */
export function dropInText(credentialsFile: string): string {
  return `# Written by muster. Changes are overwritten.\n[Service]\nEnvironment=AWS_SHARED_CREDENTIALS_FILE=${credentialsFile}\n`
}
