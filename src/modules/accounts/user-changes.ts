import { type ShellText, sh } from '../../shell/sh.ts'
import { Secret } from '../../values/secret.ts'
import { plain } from '../host/text.ts'
import { makeHome, makeKey, whoMakesHome } from './user-home.ts'
import type { UserParameters } from './user-parameters.ts'
import { keyPath, type UserState } from './user-state.ts'
import { ageSteps, passwordLine, setPassword } from './user-steps.ts'

/** What has to be done for a user: words for people, a script, and the line that chpasswd reads. */
export interface UserChange {
  readonly says: readonly string[]
  readonly steps: readonly ShellText[]
  readonly password: Secret | undefined
  /** Its steps make a home, with the functions of user-home.ts. */
  readonly home: boolean
}

/** Days since 1970 of an `expires`, '' for never; undefined when the task does not say. */
function expiryDay(expires: UserParameters['expires']): string | undefined {
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
  const home = params.create_home ? plain(params.home) : undefined
  if (home === undefined) words.push(params.create_home ? '-m' : '-M')
  if (params.create_home) add('-k', plain(params.skeleton))
  const skeleton = plain(params.skeleton) ?? '/etc/skel'
  const password = wantedPassword(params)
  return {
    says: [`create user ${params.name}`],
    steps: [
      ...(home === undefined
        ? [sh`LC_ALL=C useradd ${words} -- ${name} || exit`]
        : [
            whoMakesHome(home),
            sh`LC_ALL=C useradd "$m_m" ${words} -- ${name} || exit`,
            makeHome(home, skeleton),
          ]),
      ...(password === undefined ? [] : [setPassword]),
      ...(params.password_lock === true && password === undefined
        ? [sh`LC_ALL=C usermod -L -- ${name} || exit`]
        : []),
      ...ageSteps(params, null),
      ...(params.generate_ssh_key ? [keyOf(params)] : []),
    ],
    password: password === undefined ? undefined : passwordLine(name, password),
    home: home !== undefined,
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
    steps.push(keyOf(params))
    says.push('SSH key')
  }
  return { says, steps, password: sets ? passwordLine(name, password!) : undefined, home: homeMissing }
}

function keyOf(params: UserParameters): ShellText {
  return makeKey(params, keyPath(plain(params.ssh_key_file) ?? `.ssh/id_${plain(params.ssh_key_type)}`))
}

function wantedPassword(params: UserParameters): Secret | undefined {
  if (params.password === undefined) return undefined
  const { password, password_lock: isLocked } = params
  const text = plain(password)
  const from = password instanceof Secret ? [password] : []
  return new Secret(isLocked === true ? `!${bare(text)}` : text, { from })
}

function bare(password: string): string {
  return password.replace(/^!+/, '')
}

function isoDay(day: string): string {
  return new Date(Number(day) * 86_400_000).toISOString().slice(0, 10)
}
