import { type ShellText, sh } from '../../shell/sh.ts'
import { Secret } from '../../values/secret.ts'
import { plain } from '../host/text.ts'
import type { UserParameters } from './user-parameters.ts'
import { keyPath, type UserState } from './user-state.ts'

/** What has to be done for a user: words for people, a script, and the line that chpasswd reads. */
export interface UserChange {
  readonly says: readonly string[]
  readonly steps: readonly ShellText[]
  readonly password: Secret | undefined
}

/** Days since 1970 of an `expires`, '' for never; undefined when the task does not say. */
export function expiryDay(expires: UserParameters['expires']): string | undefined {
  if (expires === undefined) return undefined
  return expires.value < 0 ? '' : String(Math.floor(expires.value / 86_400))
}

/** A new user. Everything but password, age and SSH key is one useradd. */
export function creation(params: UserParameters, state: UserState): UserChange {
  const name = plain(params.name)
  const words: string[] = []
  const add = (option: string, value: string | number | undefined) => {
    if (value !== undefined) words.push(option, String(value))
  }
  add('-u', params.uid)
  if (params.non_unique) words.push('-o')
  if (params.group !== undefined) add('-g', plain(params.group))
  // A group of that name is not the user's own: the primary group is then the system's default (facts/modules.md, user).
  else if (state.ownGroup) words.push('-N')
  if (params.groups !== undefined && params.groups.length > 0)
    add('-G', params.groups.map((one) => plain(one)).join(','))
  add('-c', plain(params.comment))
  add('-d', plain(params.home))
  add('-s', plain(params.shell))
  const day = expiryDay(params.expires)
  if (day !== undefined && day !== '') add('-e', isoDay(day))
  if (params.system) words.push('-r')
  words.push(params.create_home ? '-m' : '-M')
  if (params.create_home) add('-k', plain(params.skeleton))
  const parents =
    params.create_home && params.home !== undefined
      ? [sh`m_h=${plain(params.home)}; case $m_h in /*/*) mkdir -p -- "\${m_h%/*}" || exit 1 ;; esac`]
      : []
  const password = wantedPassword(params)
  return {
    says: [`create user ${name}`],
    steps: [
      ...parents,
      sh`LC_ALL=C useradd ${words} -- ${name} || exit`,
      ...(password === undefined ? [] : [setPassword]),
      ...(params.password_lock === true && password === undefined
        ? [sh`LC_ALL=C usermod -L -- ${name} || exit`]
        : []),
      ...ageSteps(params, null),
      ...(params.generate_ssh_key ? [makeKey(params)] : []),
    ],
    password: password === undefined ? undefined : passwordLine(name, password),
  }
}

/** What differs of a user that exists; no steps when nothing does. */
export function modification(params: UserParameters, state: UserState): UserChange {
  const passwd = state.passwd!
  const words: string[] = []
  const says: string[] = []
  const differs = (
    option: string,
    value: string | number | undefined,
    found: string | number,
    what: string,
  ) => {
    if (value === undefined || String(value) === String(found)) return
    words.push(option, String(value))
    says.push(what)
  }
  differs('-u', params.uid, passwd.uid, 'id')
  if (words.length > 0 && params.non_unique) words.push('-o')
  const group = plain(params.group)
  if (group !== undefined) differs('-g', state.ids.get(group) ?? group, passwd.gid, 'group')
  const wanted = params.groups?.map((one) => plain(one)) ?? []
  const missing = wanted.filter((one) => !state.groups.includes(one))
  if (params.append && missing.length > 0) {
    words.push('-a', '-G', missing.join(','))
    says.push('groups')
  } else if (!params.append && wanted.length > 0) {
    const others = state.groups.filter((one) => !wanted.includes(one))
    if (missing.length > 0 || others.length > 0) {
      words.push('-G', wanted.join(','))
      says.push('groups')
    }
  }
  differs('-c', plain(params.comment), passwd.comment, 'comment')
  const home = plain(params.home)
  differs('-d', home, passwd.home, 'home')
  if (home !== undefined && home !== passwd.home && params.move_home) words.push('-m')
  differs('-s', plain(params.shell), passwd.shell, 'shell')
  const day = expiryDay(params.expires)
  const found = state.shadow?.expires ?? ''
  if (day !== undefined && day !== found) {
    words.push('-e', day === '' ? '' : isoDay(day))
    says.push('expiry')
  }
  const current = state.shadow?.password ?? ''
  const password = params.update_password === 'always' ? wantedPassword(params) : undefined
  const sets = password !== undefined && bare(password.revealText()) !== bare(current)
  if (sets) says.push('password')
  // Without a hash behind it a lock cannot be taken away.
  else if (params.password_lock === false && /^!+[^!*]/.test(current)) words.push('-U')
  else if (params.password_lock === true && !current.startsWith('!')) words.push('-L')
  if (words.includes('-U') || words.includes('-L')) says.push('lock')
  const name = passwd.name
  const steps: ShellText[] = words.length === 0 ? [] : [sh`LC_ALL=C usermod ${words} -- ${name} || exit`]
  if (sets) steps.push(setPassword)
  const ages = ageSteps(params, state.shadow)
  if (ages.length > 0) says.push('password age')
  steps.push(...ages)
  const moved = home !== undefined && home !== passwd.home && params.move_home
  const homeMissing =
    params.create_home && !moved && (home === undefined || home === passwd.home ? !state.homeExists : true)
  if (homeMissing) {
    steps.push(makeHome(home ?? passwd.home, plain(params.skeleton) ?? '/etc/skel'))
    if (home === undefined || home === passwd.home) says.push('home directory')
  }
  if (params.generate_ssh_key && state.key === null) {
    steps.push(makeKey(params))
    says.push('SSH key')
  }
  return { says, steps, password: sets ? passwordLine(name, password!) : undefined }
}

/** On standard input, so that the hash is in no command line. */
const setPassword = sh`LC_ALL=C chpasswd -e || exit`

function passwordLine(name: string, password: Secret): Secret {
  return new Secret(`${name}:${password.revealText()}\n`)
}

function wantedPassword(params: UserParameters): Secret | undefined {
  if (params.password === undefined) return undefined
  const text = plain(params.password)
  return new Secret(params.password_lock === true ? `!${bare(text)}` : text)
}

function bare(password: string): string {
  return password.replace(/^!+/, '')
}

function isoDay(day: string): string {
  return new Date(Number(day) * 86_400_000).toISOString().slice(0, 10)
}

function ageSteps(params: UserParameters, shadow: UserState['shadow']): ShellText[] {
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
function makeHome(home: string, skeleton: string): ShellText {
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

function makeKey(params: UserParameters): ShellText {
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
