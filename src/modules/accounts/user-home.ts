import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { trustedFunctions } from '../files/root-only.ts'
import type { Text } from '../parameters.ts'
import type { UserParameters } from './user-parameters.ts'

/*
 * A home belongs to its user, who can put a link in the place of any name in it while root works there. So root does
 * by name only what lies in directories that are root's all the way; the rest is done as the user, or refused.
 */

/**
 * {@link trustedFunctions}, and `m_as WORD...`, which runs a command as the user whose entry is in m_u (after m_user); at
 * once where muster is no root.
 */
export const homeFunctions: ShellText = sh`${trustedFunctions}
m_as() {
  if [ "$(id -u)" != 0 ]; then "$@"
  elif setpriv --reuid=0 --regid=0 --clear-groups -- true 2>/dev/null; then
    setpriv --reuid="$(printf %s "$m_u" | cut -d: -f3)" --regid="$(printf %s "$m_u" | cut -d: -f4)" --clear-groups -- "$@"
  else su -s /bin/sh "$(printf %s "$m_u" | cut -d: -f1)" -c 'exec "$@"' sh "$@"; fi
}
m_refuse() { echo "refusing to make $1 in $m_e, where others than root may write" >&2; exit 1; }`

/**
 * As useradd makes one: from the skeleton, with the mode of login.defs. A directory that is there stays as it is. In a
 * directory of the user it is made as the user; in one that others can change it is refused.
 */
export function makeHome(home: Text, skeleton: Text): ShellText {
  return sh`m_h=${home}; m_skel=${skeleton}
if [ ! -d "$m_h" ]; then
  m_mask=022; m_mode=
  [ ! -r /etc/login.defs ] || while read -r m_k m_v m_r; do
    case $m_k in UMASK) m_mask=$m_v ;; HOME_MODE) m_mode=$m_v ;; esac
  done < /etc/login.defs
  m_nearest "$m_h"; m_user "$m_n" >/dev/null
  m_make='umask "$2"
case $1 in /*/*) mkdir -p -- "\${1%/*}" || exit ;; esac
mkdir -- "$1" || exit
[ ! -d "$3" ] || LC_ALL=C cp -R -- "$3/." "$1" || exit
[ -z "$4" ] || chmod -- "$4" "$1"'
  if m_trusted "$m_e"; then
    case $m_h in /*/*) mkdir -p -- "\${m_h%/*}" || exit ;; esac
    sh -c "$m_make" sh "$m_h" "$m_mask" "$m_skel" "$m_mode" || exit
    chown -R -- "$(id -u -- "$m_n"):$(id -g -- "$m_n")" "$m_h" || exit
  elif [ "$(LC_ALL=C stat -c %u -- "$m_e")" = "$(id -u -- "$m_n")" ]; then
    m_as sh -c "$m_make" sh "$m_h" "$m_mask" "$m_skel" "$m_mode" || exit
  else m_refuse "$m_h"; fi
fi`
}

/** Sets m_m to `-m` where useradd may make the home, which it does by name; to `-M` where {@link makeHome} has to. */
export function whoMakesHome(home: Text): ShellText {
  return sh`m_h=${home}; m_nearest "$m_h"; m_m=-M
if m_trusted "$m_e"; then m_m=-m; case $m_h in /*/*) mkdir -p -- "\${m_h%/*}" || exit 1 ;; esac; fi`
}

/** An SSH key where there is none; m_n is the user's name, m_f the key's path. */
export function makeKey(params: UserParameters, path: ShellText): ShellText {
  const type = params.ssh_key_type
  const bits = params.ssh_key_bits === undefined ? [] : ['-b', String(params.ssh_key_bits)]
  const comment = params.ssh_key_comment
  const words = ['-q', '-t', type, ...bits, '-N', '', ...(comment === undefined ? [] : ['-C', comment])]
  return lines([
    sh`m_user "$m_n" >/dev/null; m_home=$(printf %s "$m_u" | cut -d: -f6)`,
    path,
    sh`m_o="$(id -u -- "$m_n"):$(id -g -- "$m_n")"; m_k=\${m_f%/*}; m_nearest "$m_k"
if [ -e "$m_f" ]; then :
elif m_trusted "$m_e"; then
  [ -d "$m_k" ] || { mkdir -m 700 -- "$m_k" && chown -- "$m_o" "$m_k"; } || exit
  ssh-keygen ${words} -f "$m_f" </dev/null >&2 && chown -- "$m_o" "$m_f" "$m_f.pub" || exit
else
  m_as sh -c '[ -d "\${1%/*}" ] || mkdir -m 700 -- "\${1%/*}"' sh "$m_k/" &&
  m_as ssh-keygen ${words} -f "$m_f" </dev/null >&2 || exit
fi`,
  ])
}
