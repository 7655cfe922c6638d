import { type ShellText, sh } from '../../shell/sh.ts'
import { joinTexts, mapText, Secret, sameText } from '../../values/secret.ts'
import type { Text } from '../parameters.ts'
import { makeHome, makeKey, whoMakesHome } from './user-home.ts'
import type { UserParameters } from './user-parameters.ts'
import { keyFile, keyPath, type UserState } from './user-state.ts'
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
  const { name } = params
  const words: Text[] = []
  const add = (option: string, value: Text | number | undefined) => {
    if (value !== undefined) words.push(option, typeof value === 'number' ? String(value) : value)
  }
  add('-u', params.uid)
  if (params.non_unique) words.push('-o')
  if (params.group !== undefined) add('-g', params.group)
  // A group of that name is not the user's own: the primary group is then the system's default (facts/modules.md, user).
  else if (state.ownGroup) words.push('-N')
  if (params.groups !== undefined && params.groups.length > 0) add('-G', joinTexts(params.groups, ','))
  add('-c', params.comment)
  add('-d', params.home)
  add('-s', params.shell)
  const day = expiryDay(params.expires)
  if (day !== undefined && day !== '') add('-e', isoDay(day))
  if (params.system) words.push('-r')
  const home = params.create_home ? params.home : undefined
  if (home === undefined) words.push(params.create_home ? '-m' : '-M')
  if (params.create_home) add('-k', params.skeleton)
  const skeleton = params.skeleton ?? '/etc/skel'
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
  const words: Text[] = []
  const says: string[] = []
  const differs = (
    option: string,
    value: Text | number | undefined,
    found: string | number,
    what: string,
  ) => {
    const word = typeof value === 'number' ? String(value) : value
    if (word === undefined || sameText(word, String(found))) return
    words.push(option, word)
    says.push(what)
  }
  differs('-u', params.uid, passwd.uid, 'id')
  if (words.length > 0 && params.non_unique) words.push('-o')
  const { group, home } = params
  if (group !== undefined) differs('-g', state.ids.get(group) ?? group, passwd.gid, 'group')
  const wanted = params.groups ?? []
  const missing = wanted.filter((one) => !state.groups.some((group) => sameText(one, group)))
  if (params.append && missing.length > 0) {
    words.push('-a', '-G', joinTexts(missing, ','))
    says.push('groups')
  } else if (!params.append && wanted.length > 0) {
    const others = state.groups.filter((one) => !wanted.some((group) => sameText(group, one)))
    if (missing.length > 0 || others.length > 0) {
      words.push('-G', joinTexts(wanted, ','))
      says.push('groups')
    }
  }
  differs('-c', params.comment, passwd.comment, 'comment')
  differs('-d', home, passwd.home, 'home')
  const elsewhere = home !== undefined && !sameText(home, passwd.home)
  if (elsewhere && params.move_home) words.push('-m')
  differs('-s', params.shell, passwd.shell, 'shell')
  const day = expiryDay(params.expires)
  const found = state.shadow?.expires ?? ''
  if (day !== undefined && day !== found) {
    words.push('-e', day === '' ? '' : isoDay(day))
    says.push('expiry')
  }
  const current = state.shadow?.password ?? ''
  const password = params.update_password === 'always' ? wantedPassword(params) : undefined
  const sets = password !== undefined && !sameText(mapText(password, bare), bare(current))
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
  const moved = elsewhere && params.move_home
  const homeMissing = params.create_home && !moved && (elsewhere || !state.homeExists)
  if (homeMissing) {
    steps.push(makeHome(home ?? passwd.home, params.skeleton ?? '/etc/skel'))
    if (!elsewhere) says.push('home directory')
  }
  if (params.generate_ssh_key && state.key === null) {
    steps.push(keyOf(params))
    says.push('SSH key')
  }
  return { says, steps, password: sets ? passwordLine(name, password!) : undefined, home: homeMissing }
}

function keyOf(params: UserParameters): ShellText {
  return makeKey(params, keyPath(keyFile(params)))
}

function wantedPassword(params: UserParameters): Secret | undefined {
  if (params.password === undefined) return undefined
  const { password, password_lock: isLocked } = params
  const wanted = isLocked === true ? mapText(password, (text) => `!${bare(text)}`) : password
  return wanted instanceof Secret ? wanted : new Secret(wanted)
}

function bare(password: string): string {
  return password.replace(/^!+/, '')
}

function isoDay(day: string): string {
  return new Date(Number(day) * 86_400_000).toISOString().slice(0, 10)
}
