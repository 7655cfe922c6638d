import { type ShellText, sh } from '../../shell/sh.ts'
import { CONTROL_ESCAPES } from '../../values/text/control-escapes.ts'

/**
 * Shell function `m_members`: makes of `$m_tmp/names`, tar's list, the paths of the members below the current
 * directory, each once and NUL-terminated: all in `$m_tmp/all`, those that are no links in `$m_tmp/files`. First
 * directories that the archive does not list are among them, as Ansible has it; these are in `$m_tmp/tops`, too, and the
 * directories that it lists in `$m_tmp/listed` (`m_self`: dest itself is one). `$m_tmp/ways` holds every directory that is gone through.
 *
 * A member's name is the archive's, so hostile: it stays data, and a path that leads out of dest through a
 * link fails, also one that is not unpacked yet.
 */
export const membersFunction: ShellText = sh`m_members() {
  m_root=$(pwd -P); m_root=\${m_root%/}; m_parent=; m_top=; m_self=
  while IFS= read -r m_n; do
    # tar writes control characters, bytes above 127 and the backslash as C does, and so does the format of printf.
    case $m_n in *\\*) m_n=$(printf "x$(printf %s "$m_n" | sed 's/%/%%/g')x"); m_n=\${m_n#x}; m_n=\${m_n%x} ;; esac
    m_kind=$m_n
    while :; do case $m_n in /*) m_n=\${m_n#/} ;; */) m_n=\${m_n%/} ;; *) break ;; esac; done
    # A directory of the archive where a link is: what it leads to would be meant.
    case $m_kind in */) m_q=\${m_n#./}; printf '%s\0' "\${m_q:-.}" >&7; [ ! -L "./$m_n" ] || m_within "$m_n" "$m_n" ;; esac
    case $m_n in '' | .) m_self=yes ;; esac
    m_member "\${m_n:-.}"
    case $m_n in
      */*) [ "$m_top" = "\${m_n%%/*}" ] || { m_top=\${m_n%%/*}; m_member "$m_top"; printf '%s\0' "$m_top" >&6; } ;;
    esac
  done <"$m_tmp/names" 5>"$m_tmp/ways" 6>"$m_tmp/tops" 7>"$m_tmp/listed" 8>"$m_tmp/all" 9>"$m_tmp/files"
}
m_way() {
  m_q=$1
  while :; do
    printf '%s\0' "$m_q" >&5
    case $m_q in */*) m_q=\${m_q%/*} ;; *) break ;; esac
  done
}
m_within() {
  m_q=$1
  # What is not there yet is no way out; the directory it will be in may be one.
  until m_real=$(CDPATH= cd -P -- "./$m_q" 2>/dev/null && pwd -P); do
    if [ -L "./$m_q" ] || [ -e "./$m_q" ]; then m_fail outside "$2"; fi
    case $m_q in .) m_fail outside "$2" ;; */*) m_q=\${m_q%/*} ;; *) m_q=. ;; esac
  done
  case $m_real/ in "$m_root"/*) ;; *) m_fail outside "$2" ;; esac
  m_real=\${m_real#"$m_root"}
  # Without links, and as it is written: a link belongs to the directory in which it lies.
  [ -z "$m_real" ] || m_way "\${m_real#/}"
  m_way "$1"
}
m_member() {
  case $1 in
    */*) [ "$m_parent" = "\${1%/*}" ] || { m_parent=\${1%/*}; m_within "$m_parent" "$1"; } ;;
  esac
  printf '%s\0' "$1" >&8
  [ -L "$1" ] || printf '%s\0' "$1" >&9
}`

/** A name as tar lists it, made readable again; of an absolute one, the path below dest. */
export function memberName(listed: string): string {
  const bytes: Buffer[] = []
  for (const [piece, code] of listed.matchAll(/\\([0-7]{3}|.)|[^\\]+|\\/gs)) {
    const known = code === undefined ? undefined : ESCAPES[code]
    if (known !== undefined) bytes.push(Buffer.from(known))
    else if (code?.length === 3) bytes.push(Buffer.from([Number.parseInt(code, 8) & 0xff]))
    else bytes.push(Buffer.from(piece, 'latin1'))
  }
  return Buffer.concat(bytes).toString('utf8').replace(/^\//, '')
}

const ESCAPES: Readonly<Record<string, string>> = {
  ...CONTROL_ESCAPES,
  '\\': '\\',
}
