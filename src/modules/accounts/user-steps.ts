import { type ShellText, sh } from '../../shell/sh.ts'
import { joinTexts, type Secret } from '../../values/secret.ts'
import { plain } from '../host/text.ts'
import type { UserParameters } from './user-parameters.ts'
import { keyPath, type UserState } from './user-state.ts'

/** On standard input, so that the hash is in no command line. */
export const setPassword = sh`LC_ALL=C chpasswd -e || exit`

/** The line that chpasswd reads. */
export function passwordLine(name: string, password: Secret): Secret {
  return joinTexts([name, ':', password, '\n']) as Secret
}

/** The password's age, as far as it differs. */
export function ageSteps(params: UserParameters, shadow: UserState['shadow']): ShellText[] {
  const words: string[] = []
  const differs = (option: string, value: number | undefined, found: string | undefined) => {
    if (value !== undefined && String(value) !== found) words.push(option, String(value))
  }
  differs('-M', params.password_expire_max, shadow?.max)
  differs('-m', params.password_expire_min, shadow?.min)
  differs('-W', params.password_expire_warn, shadow?.warn)
  return words.length === 0 ? [] : [sh`LC_ALL=C chage ${words} -- ${plain(params.name)} || exit`]
}

/** As useradd makes one: from the skeleton, with the mode of login.defs. A directory that is there stays as it is. */
export function makeHome(home: string, skeleton: string): ShellText {
  return sh`m_h=${home}
if [ ! -d "$m_h" ]; then
  m_mask=022; m_mode=
  [ ! -r /etc/login.defs ] || while read -r m_k m_v m_r; do
    case $m_k in UMASK) m_mask=$m_v ;; HOME_MODE) m_mode=$m_v ;; esac
  done < /etc/login.defs
  case $m_h in /*/*) mkdir -p -- "\${m_h%/*}" || exit ;; esac
  ( umask "$m_mask"; mkdir -- "$m_h" ) || exit
  [ ! -d ${skeleton} ] || LC_ALL=C cp -R -- ${`${skeleton}/.`} "$m_h" || exit
  chown -R -- "$(id -u -- "$m_n"):$(id -g -- "$m_n")" "$m_h" || exit
  [ -z "$m_mode" ] || chmod -- "$m_mode" "$m_h" || exit
fi`
}

/** An SSH key where there is none; m_n is the user's name. */
export function makeKey(params: UserParameters): ShellText {
  const type = plain(params.ssh_key_type)
  const bits = params.ssh_key_bits === undefined ? [] : ['-b', String(params.ssh_key_bits)]
  const comment = plain(params.ssh_key_comment)
  const words = ['-q', '-t', type, ...bits, '-N', '', ...(comment === undefined ? [] : ['-C', comment])]
  return sh`m_user "$m_n" >/dev/null; m_home=$(printf %s "$m_u" | cut -d: -f6)
${keyPath(plain(params.ssh_key_file) ?? `.ssh/id_${type}`)}
m_o="$(id -u -- "$m_n"):$(id -g -- "$m_n")"; m_k=\${m_f%/*}
[ -d "$m_k" ] || { mkdir -m 700 -- "$m_k" && chown -- "$m_o" "$m_k"; } || exit
[ -e "$m_f" ] || { ssh-keygen ${words} -f "$m_f" </dev/null >&2 && chown -- "$m_o" "$m_f" "$m_f.pub"; } || exit`
}
