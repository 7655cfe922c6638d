import { type ShellText, sh } from '../../shell/sh.ts'

/*
 * The other way to be safe from users who swap names, beside holding a directory (enter.ts): to work by name only where
 * root owns every directory on the way, and nobody else may write to one. For files of muster's own and of services.
 */

/**
 * `m_trusted DIRECTORY`: nobody but root can change what this name stands for: root owns each directory and each link on
 * the way, and others cannot write there. `m_nearest PATH` sets m_e to the nearest directory that is there.
 */
export const trustedFunctions: ShellText = sh`m_trusted() (
  m_q=$1
  case $m_q in /*) ;; *) exit 1 ;; esac
  while :; do
    m_s=$(LC_ALL=C stat -c '%u %a %F' -- "$m_q" 2>/dev/null) || exit 1
    case $m_s in
      '0 '*' symbolic link')
        [ "\${2:-0}" -lt 8 ] && m_l=$(readlink -- "$m_q") || exit 1
        case $m_l in /*) ;; *) m_l=\${m_q%/*}/$m_l ;; esac
        m_trusted "$m_l" $(( \${2:-0} + 1 )) || exit 1 ;;
      '0 '*[2367]' '*|'0 '*[2367]?' '*) exit 1 ;;
      '0 '*) ;;
      *) exit 1 ;;
    esac
    [ "$m_q" != / ] || exit 0
    m_q=\${m_q%/*}; m_q=\${m_q:-/}
  done
)
m_nearest() { m_e=$1; while [ ! -d "$m_e" ]; do m_e=\${m_e%/*}; m_e=\${m_e:-/}; done; }`

/**
 * Ends a script, with status 1 and a reason, where others than root may write to a directory on the way of some file.
 * /usr/local is not looked at: there Debian lets its group `staff` write, and who may write there may replace what root runs.
 */
export function requireRootOnly(files: readonly string[]): ShellText {
  return sh`${trustedFunctions}
for m_p in ${files}; do
  case $m_p in /usr/local/*) continue ;; esac
  m_nearest "\${m_p%/*}"
  m_trusted "$m_e" || { echo "refusing to write $m_p as root: others may write to $m_e, or to a directory above it" >&2; exit 1; }
done`
}
