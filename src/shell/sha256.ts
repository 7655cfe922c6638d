import { type ShellText, sh } from './sh.ts'

/**
 * Shell text that prints the SHA-256 of a file as 64 hex digits and a line feed. It fails (status 1, reason on standard
 * error) when the file cannot be read or the host has none of sha256sum (coreutils), shasum (Perl), openssl and busybox.
 *
 * The file is standard input of the tool: as an argument its name could look like an option, or come back escaped.
 */
export function sha256Of(path: string): ShellText {
  return sh`(
if command -v sha256sum >/dev/null 2>&1; then sha256sum
elif command -v shasum >/dev/null 2>&1; then shasum -a 256
elif command -v openssl >/dev/null 2>&1; then openssl dgst -sha256 -r
elif command -v busybox >/dev/null 2>&1; then busybox sha256sum
else echo 'no tool for SHA-256 on this host: install coreutils or openssl' >&2
fi <${path} | { read -r sum rest && [ "\${#sum}" -eq 64 ] && printf '%s\n' "$sum"; }
)`
}
