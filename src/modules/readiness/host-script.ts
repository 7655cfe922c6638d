import { lines, type ShellText, sh } from '../../shell/sh.ts'
import type { Endpoint } from './endpoints.ts'

/** Where playbooks put things: agent, archives, configuration, data. */
export const FOLDERS = ['/', '/etc', '/opt', '/tmp', '/usr', '/var', '/var/lib'] as const

/** Programs without which the playbooks' tasks do not work on a host. */
export const PROGRAMS = ['tar', 'sha256sum', 'useradd', 'systemctl'] as const

/**
 * Looks at all that a host's own programs can tell, and changes nothing. Records of three fields end with a NUL each:
 * kind, name, text. The endpoints are asked at once, each answer in one write, with what the host has: curl, wget,
 * openssl, bash.
 *
 * @param ca certificates to trust where the host's own do not suffice; nothing is written for it
 */
export function hostScript(
  endpoints: readonly Endpoint[],
  ports: readonly number[],
  ca: string | undefined,
): ShellText {
  const asks = endpoints.map(({ service, url }) => {
    const { hostname, port, protocol } = new URL(url)
    const number = port === '' ? (protocol === 'http:' ? '80' : '443') : port
    return sh`m_ask ${service} ${`${url}/`} ${hostname.replaceAll(/[[\]]/g, '')} ${number} &`
  })
  return sh`m_ca=${ca ?? ''}
[ -z "\${SSL_CERT_FILE-}" ] || [ -r "$SSL_CERT_FILE" ] || unset SSL_CERT_FILE
${LOOKS}
m_say disk '' "$(LC_ALL=C df -Pk ${FOLDERS} 2>/dev/null)"
m_say inodes '' "$(LC_ALL=C df -Pi ${FOLDERS} 2>/dev/null)"
for m_p in ${PROGRAMS}; do command -v "$m_p" >/dev/null 2>&1 || m_say missing "$m_p" ''; done
for m_p in ${ports.map(String)}; do m_port "$m_p"; done
${lines(asks)}
wait
m_say clock '' "$(date +%s) $(timedatectl show -p NTPSynchronized --value 2>/dev/null)"`
}

const LOOKS = sh`m_say() { printf '%s\0%s\0%s\0' "$1" "$2" "$3"; }
m_keep() { LC_ALL=C grep -i -e '^m-' -e '^ *date:' -e '^ *x-amz' -e '^ *HTTP/' -e '^curl:' -e '^wget:' -e verif -e 'unable' -e 'refused' -e 'resolve' -e 'timed out' -e 'proxy' | head -c 1500; }
m_curl() {
  m_o=$(LC_ALL=C curl -q -sS -o /dev/null -D - --connect-timeout 6 --max-time 12 "$@" -w '\nm-code %{http_code}\nm-ip %{remote_ip}\n' 2>&1; printf '\nm-rc %s\nm-now %s\n' $? "$(date +%s)")
}
m_ask() {
  m_a=; ! command -v getent >/dev/null 2>&1 || m_a=$(getent ahosts "$3" 2>/dev/null | awk '!s[$1]++ { print $1 }' | head -n 4 | tr '\n' ' '; printf .)
  if command -v curl >/dev/null 2>&1; then
    m_t=curl; m_curl "$2"
    case $m_ca,$m_o in ,*) ;; *"
m-rc 60
"*) m_k=$m_o; m_curl --cacert /dev/fd/3 "$2" 3<<M_END
$m_ca
M_END
      case $m_o in *"
m-rc 0
"*) m_t=curl-ca ;; *) m_o=$m_k ;; esac ;;
    esac
  elif command -v wget >/dev/null 2>&1; then
    m_t=wget; m_f=-S; case $(wget --version 2>/dev/null) in *'GNU Wget'*) m_f='-S -t 1 --no-hsts --no-config' ;; *) m_t=busybox ;; esac
    m_o=$(LC_ALL=C wget $m_f -O /dev/null -T 8 "$2" 2>&1; printf '\nm-rc %s\nm-now %s\n' $? "$(date +%s)")
  elif command -v openssl >/dev/null 2>&1 && command -v timeout >/dev/null 2>&1 && [ "\${2%%:*}" = https ]; then
    m_t=openssl
    m_o=$(LC_ALL=C timeout 10 openssl s_client -connect "$3:$4" -servername "$3" -verify_return_error </dev/null 2>&1; printf '\nm-rc %s\n' $?)
  elif command -v bash >/dev/null 2>&1 && command -v timeout >/dev/null 2>&1; then
    m_t=bash; m_o=$(LC_ALL=C timeout 8 bash -c ': <>"/dev/tcp/$1/$2"' bash "$3" "$4" 2>&1; printf '\nm-rc %s\n' $?)
  else m_t=none; m_o=
  fi
  m_o=$(printf '%s\n' "$m_o" | m_keep)
  m_say ask "$1" "$m_t
m-names $m_a
m-proxy $(case $2 in https:*) printf '%s' "\${https_proxy-}" ;; *) printf '%s' "\${http_proxy-}" ;; esac | sed 's#//[^@/]*@#//#')
$m_o"
}
m_port() {
  m_l=$(LC_ALL=C ss -ltnp "sport = :$1" 2>/dev/null | sed 1d | head -n 1)
  if [ -n "$m_l" ]; then
    m_i=$(printf '%s' "$m_l" | sed -n 's/.*pid=\([0-9]*\).*/\1/p')
    m_say port "$1" "\${m_i:-0} $(cat "/proc/\${m_i:-0}/comm" 2>/dev/null) $(sed -n 's#.*/\([^/]*\.service\)$#\1#p' "/proc/\${m_i:-0}/cgroup" 2>/dev/null | head -n 1)"
  fi
}
m_say uid '' "$(id -u)"
[ -d /run/systemd/system ] && m_say systemd '' yes
for m_p in apt-get dnf yum zypper apk; do command -v "$m_p" >/dev/null 2>&1 && m_say manager "$m_p" ''; done
command -v dpkg >/dev/null 2>&1 && m_say audit '' "$(LC_ALL=C dpkg --audit 2>&1 | head -c 400)"
while read -r m_d m_p m_f m_o m_x; do case ,$m_o, in *,ro,*) m_say readonly "$m_p" "" ;; esac; done </proc/mounts 2>/dev/null
m_say environment '' "$(sed -n -e 's#//[^@/]*@#//#' -e 's/^ *\(export *\)\{0,1\}\([A-Za-z]*_[Pp][Rr][Oo][Xx][Yy]\)=/\2=/p' /etc/environment 2>/dev/null | head -c 400)"
m_say unit '' "$(systemctl show -p Environment --value amazon-ssm-agent 2>/dev/null | sed 's#//[^@/]*@#//#g' | head -c 400)"
ss -ltn >/dev/null 2>&1 || m_say missing ss ''`
