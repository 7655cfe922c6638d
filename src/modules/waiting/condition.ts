import { assignPath } from '../../probes/expand-path.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'

export interface WaitParameters {
  readonly host: string
  readonly port: number | undefined
  readonly path: string | undefined
  readonly state: 'absent' | 'drained' | 'present' | 'started' | 'stopped'
  readonly connect_timeout: number
  /** Ask for what a file holds or a port sends. */
  readonly text: boolean
}

/** States in /proc/net/tcp that count as a connection: all but LISTEN, CLOSE, CLOSE_WAIT, LAST_ACK and CLOSING. */
const ACTIVE = '01|02|03|04|05|06'

/**
 * Shell text that defines `m_check`: status 0 when the condition holds, 1 when not yet, 9 when the host has no tool to
 * find out. With `text` it prints what was read, for the pattern to be looked for on the controller.
 */
export function conditionFunction(params: WaitParameters): ShellText {
  if (params.path !== undefined) return lines([assignPath('m_p', params.path), pathCheck(params)])
  const { host, connect_timeout } = params
  const port = params.port ?? 0
  if (params.state === 'drained') return drainedCheck(port)
  const open = lines([
    sh`m_h=${host} m_n=${port} m_t=${connect_timeout}`,
    // nc's options differ between its kinds; bash and curl do not. A shell's own /dev/tcp costs no program at all.
    sh`m_open() {
  if command -v bash >/dev/null 2>&1; then
    timeout "$m_t" bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$m_h" "$m_n" 2>/dev/null || return 1
  elif command -v curl >/dev/null 2>&1; then
    m_c=$(curl -s -o /dev/null --noproxy '*' --connect-timeout "$m_t" --max-time "$m_t" -w '%{time_connect}' "telnet://$m_h:$m_n" </dev/null)
    case $m_c in ''|0|0.0*[!0-9]*|0.000000) return 1 ;; esac
  elif command -v nc >/dev/null 2>&1; then nc -w "$m_t" "$m_h" "$m_n" </dev/null >/dev/null 2>&1 || return 1
  elif command -v busybox >/dev/null 2>&1; then busybox nc -w "$m_t" "$m_h" "$m_n" </dev/null >/dev/null 2>&1 || return 1
  else return 9; fi
}`,
  ])
  if (params.text)
    return lines([
      open,
      sh`m_check() {
  if command -v bash >/dev/null 2>&1; then
    timeout "$m_t" bash -c 'exec 3<>"/dev/tcp/$0/$1" || exit 1; while IFS= read -r -t 1 -u 3 m_l; do printf "%s\n" "$m_l"; done; printf %s "$m_l"' "$m_h" "$m_n" 2>/dev/null | head -c 65536
  elif command -v nc >/dev/null 2>&1; then timeout 2 nc "$m_h" "$m_n" </dev/null 2>/dev/null | head -c 65536
  else return 9; fi
}`,
    ])
  return params.state === 'stopped' || params.state === 'absent'
    ? lines([open, sh`m_check() { m_open; case $? in 0) return 1 ;; 9) return 9 ;; *) return 0 ;; esac; }`])
    : lines([open, sh`m_check() { m_open; }`])
}

function pathCheck(params: WaitParameters): ShellText {
  if (params.text)
    // The end of a large file: what is waited for in a log comes there.
    return sh`m_check() { [ -f "$m_p" ] && [ -r "$m_p" ] && tail -c 500000 -- "$m_p" 2>/dev/null; :; }`
  if (params.state === 'absent') return sh`m_check() { [ ! -e "$m_p" ] && [ ! -L "$m_p" ]; }`
  return sh`m_check() { [ -e "$m_p" ] || [ -L "$m_p" ]; }`
}

function drainedCheck(port: number): ShellText {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  return sh`m_check() {
  [ -r /proc/net/tcp ] || return 9
  ! cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -Eq ${`^ *[0-9]+: [0-9A-F]+:${hex} [0-9A-F]+:[0-9A-F]{4} (${ACTIVE}) `}
}`
}

/** Kind of what is at m_p, as Ansible names it. */
export const pathKind: ShellText = sh`m_kind() {
  if [ -L "$m_p" ]; then printf link; elif [ -d "$m_p" ]; then printf directory
  elif [ -e "$m_p" ]; then printf file; else printf absent; fi
}`
