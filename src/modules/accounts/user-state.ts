import { type Field, field, readFields, strictText } from '../../probes/fields.ts'
import type { Probe } from '../../probes/probe.ts'
import { scriptProbe } from '../../probes/script.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { groupFunction } from '../files/owners.ts'

/** An entry of the user database. */
export interface PasswdEntry {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly comment: string
  readonly home: string
  readonly shell: string
}

/** What the host knows of a user. */
export interface UserState {
  readonly passwd: PasswdEntry | null
  /** Fields of the shadow entry; null without one, or when it may not be read. */
  readonly shadow: {
    readonly password: string
    readonly min: string
    readonly max: string
    readonly warn: string
    readonly expires: string
  } | null
  /** Groups that list the user as a member. */
  readonly groups: readonly string[]
  /** Ids of the groups that the task names; undefined for those that do not exist. */
  readonly ids: ReadonlyMap<string, number | undefined>
  /** A group with the user's name is there. */
  readonly ownGroup: boolean
  readonly homeExists: boolean
  readonly key: SshKey | null
}

export interface SshKey {
  readonly file: string
  readonly publicKey: string
  readonly fingerprint: string
}

export interface UserQuestions {
  readonly name: string
  readonly groups: readonly string[]
  /** Path of the SSH key, relative to the home directory or absolute; undefined when none is asked for. */
  readonly keyFile: string | undefined
}

/** `m_user NAME` prints the passwd entry. Without getent /etc/passwd is read. */
export const userFunction: ShellText = sh`m_user() {
  if command -v getent >/dev/null 2>&1; then m_u=$(getent passwd "$1") || m_u=
  else m_u=; while IFS= read -r m_l; do case $m_l in "$1":*) m_u=$m_l; break ;; esac; done < /etc/passwd; fi
  [ -z "$m_u" ] || printf 'passwd\0%s\0' "$m_u"
}
m_key() {
  [ -f "$1.pub" ] || return 0
  printf 'keyfile\0%s\0public\0%s\0finger\0%s\0' "$1" "$(cat < "$1.pub")" "$(ssh-keygen -lf "$1.pub" 2>/dev/null)"
}`

/** Reads the databases in one script. */
export function observeUser(questions: UserQuestions): Probe<UserState> {
  const { name } = questions
  return scriptProbe(
    lines([
      groupFunction,
      userFunction,
      sh`m_n=${name}
m_user "$m_n"
if command -v getent >/dev/null 2>&1; then m_all=$(getent group); m_h=$(getent shadow "$m_n" 2>/dev/null)
else m_all=$(cat /etc/group); m_h=; [ ! -r /etc/shadow ] || while IFS= read -r m_l; do case $m_l in "$m_n":*) m_h=$m_l ;; esac; done < /etc/shadow; fi
[ -z "$m_h" ] || printf 'shadow\0%s\0' "$m_h"
printf '%s\n' "$m_all" | while IFS=: read -r m_g m_x m_i m_m; do
  case ,$m_m, in *,"$m_n",*) printf 'member\0%s\0' "$m_g" ;; esac
  [ "$m_g" != "$m_n" ] || printf 'own\0\0'
done
m_home=$(printf %s "$m_u" | cut -d: -f6)
[ -z "$m_home" ] || [ ! -d "$m_home" ] || printf 'home\0\0'`,
      ...questions.groups.map((group) => sh`printf 'gid\0%s\0' ${group}:"$(m_gid ${group})"`),
      ...(questions.keyFile === undefined ? [] : [keyPath(questions.keyFile), sh`m_key "$m_f"`]),
      sh`:`,
    ]),
    (output) => {
      const fields = readFields(output, `look for user ${name}`)
      return {
        passwd: readPasswd(fields, name),
        shadow: readShadow(fields),
        groups: fields.filter((one) => one.name === 'member').map((one) => strictText(one.value, 'a group')),
        ids: readGroupIds(fields),
        ownGroup: field(fields, 'own') !== undefined,
        homeExists: field(fields, 'home') !== undefined,
        key: readKey(fields),
      }
    },
  )
}

/** Sets m_f to the key's path; m_home is the home directory. */
export function keyPath(file: string): ShellText {
  return file.startsWith('/') ? sh`m_f=${file}` : sh`m_f=$m_home/${file}`
}

/** The entry in what `m_user` printed; null when there is none. @throws TaskFailure for an entry that is none */
export function readPasswd(fields: readonly Field[], name: string): PasswdEntry | null {
  const line = field(fields, 'passwd')
  if (line === undefined) return null
  const [found, , uid, gid, comment, home, shell] = strictText(line, 'the passwd entry').split(':')
  if (found !== name || !/^\d{1,10}$/.test(uid ?? '') || !/^\d{1,10}$/.test(gid ?? '') || shell === undefined)
    throw new TaskFailure(`the host's passwd entry of ${name} makes no sense`)
  return { name, uid: Number(uid), gid: Number(gid), comment: comment!, home: home!, shell }
}

function readShadow(fields: readonly Field[]): UserState['shadow'] {
  const line = field(fields, 'shadow')
  if (line === undefined) return null
  const parts = strictText(line, 'the shadow entry').split(':')
  const at = (index: number) => parts[index] ?? ''
  return { password: at(1), min: at(3), max: at(4), warn: at(5), expires: at(7) }
}

function readGroupIds(fields: readonly Field[]): Map<string, number | undefined> {
  const ids = new Map<string, number | undefined>()
  for (const one of fields) {
    if (one.name !== 'gid') continue
    const text = strictText(one.value, 'a group')
    const at = text.lastIndexOf(':')
    const id = text.slice(at + 1)
    ids.set(text.slice(0, at), /^\d{1,10}$/.test(id) ? Number(id) : undefined)
  }
  return ids
}

/** The key in what `m_key` printed. */
export function readKey(fields: readonly Field[]): SshKey | null {
  const text = (name: string) => {
    const value = field(fields, name)
    return value === undefined ? '' : strictText(value, 'the SSH key').trim()
  }
  const file = text('keyfile')
  return file === '' ? null : { file, publicKey: text('public'), fingerprint: text('finger') }
}
