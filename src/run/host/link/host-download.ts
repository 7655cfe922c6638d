import { type PowerShellText, ps } from '../../../shell/powershell/ps.ts'
import { type ShellText, sh } from '../../../shell/sh.ts'
import { sha256Of } from '../../../shell/sha256.ts'

/**
 * Script that fetches an address into an existing file of the host, whose mode stays, and compares the checksum. Its
 * exit status is not 0, and its standard error says why, when the host has neither curl nor wget, cannot reach the
 * address, or gets something else. Proxies come from the environment of the task. wget keeps its own time limit (900 s
 * without data): that of busybox 1.35 crashes when it is given one. Of SSL_CERT_FILE curl knows itself, GNU wget only
 * where it was built with OpenSSL.
 *
 * @param sha256 64 hexadecimal digits, lower case
 */
export function downloadScript(url: string, sha256: string, to: string): ShellText {
  return sh`m_url=${url}; m_to=${to}
if command -v curl >/dev/null 2>&1; then
  curl -fsSL --proto =https,http --connect-timeout 30 --speed-limit 1 --speed-time 60 -o "$m_to" -- "$m_url" </dev/null || {
    m_rc=$?; echo "this host cannot fetch $m_url (curl: exit status $m_rc)" >&2; exit 1; }
elif command -v wget >/dev/null 2>&1; then
  m_ca=; [ -z "\${SSL_CERT_FILE-}" ] || case $(wget --version 2>/dev/null) in 'GNU Wget'*) m_ca=$SSL_CERT_FILE ;; esac
  wget \${m_ca:+"--ca-certificate=$m_ca"} -q -O "$m_to" -- "$m_url" </dev/null || {
    m_rc=$?; echo "this host cannot fetch $m_url (wget: exit status $m_rc)" >&2; exit 1; }
else
  echo "this host has neither curl nor wget to fetch $m_url with" >&2; exit 1
fi
m_have=$( ${sha256Of(to)}) || exit 1
[ "$m_have" = ${sha256} ] || { echo "$m_url has sha256 $m_have, not "${sha256} >&2; exit 1; }`
}

/** The same for a Windows host: TLS 1.2 has to be asked for there, and the proxy is the account's or that of the environment. */
export function windowsDownloadScript(url: string, sha256: string, to: string): PowerShellText {
  return ps`m_fetch ${url} ${to} 60
$h=m_hash ${to} 'SHA256'
if($h -cne ${sha256}){throw (${url}+' has sha256 '+$h+', not '+${sha256})}`
}
