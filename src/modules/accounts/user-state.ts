import { group, type User, user } from '../../probes/account.ts'
import { type Field, field, readFields, strictText } from '../../probes/fields.ts'
import { memberships } from '../../probes/memberships.ts'
import type { AnswersOf, Probe } from '../../probes/probe.ts'
import { scriptProbe } from '../../probes/script.ts'
import { type Shadow, shadow } from '../../probes/shadow.ts'
import { stat } from '../../probes/stat.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { joinTexts, revealText, sameText, textMatches } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Text } from '../parameters.ts'
import { homeFunctions } from './user-home.ts'

/** What the host knows of a user. */
export interface UserState {
  readonly passwd: User | null
  /** Null without one, when it may not be read, and when it does not matter. */
  readonly shadow: Shadow | null
  /** Groups that list the user as a member. */
  readonly groups: readonly string[]
  /** Ids of the groups that the task names; undefined for those that do not exist. */
  readonly ids: ReadonlyMap<Text, number | undefined>
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
  readonly name: Text
  readonly groups: readonly Text[]
  /** Path of the SSH key, relative to the home directory or absolute; undefined when none is asked for. */
  readonly keyFile: Text | undefined
  /** Whether the shadow entry, the groups that list the user, the home directory matter. */
  readonly shadow: boolean
  readonly memberships: boolean
  readonly home: boolean
}

/** `m_user NAME` prints the passwd entry. Without getent /etc/passwd is read. */
export const userFunction: ShellText = sh`m_user() {
  if command -v getent >/dev/null 2>&1; then m_u=$(getent passwd "$1") || m_u=
  else m_u=; while IFS= read -r m_l; do case $m_l in "$1":*) m_u=$m_l; break ;; esac; done < /etc/passwd; fi
  [ -z "$m_u" ] || printf 'passwd\0%s\0' "$m_u"
}`

/** `m_key FILE` prints the public key of a file. */
export const keyFunction: ShellText = lines([
  homeFunctions,
  sh`m_key() {
  [ -f "$1.pub" ] || return 0
  m_e=\${1%/*}
  # What the user may read, and no more: a link could lead to what is root's.
  if m_trusted "\${m_e:-/}"; then m_as() { "$@"; }; fi
  printf 'keyfile\0%s\0public\0%s\0finger\0%s\0' "$1" "$(m_as cat -- "$1.pub")" "$(m_as ssh-keygen -lf "$1.pub" 2>/dev/null)"
}`,
])
/** What has to be known for a task on a user: entries of the databases, and what only some parameters need. */
export function userProbes({ name, groups, keyFile, ...needs }: UserQuestions) {
  return {
    entry: user(name),
    ownGroup: group(name),
    groups: groups.map((one) => group(one)),
    shadow: needs.shadow ? shadow(name) : undefined,
    memberOf: needs.memberships ? memberships(name) : undefined,
    // The home directory of a user that is not there stays the literal text, which is the name of nothing.
    home: needs.home ? stat(`~${revealText(name)}`) : undefined,
    key: keyFile === undefined ? undefined : keyProbe(name, keyFile),
  }
}

function keyProbe(name: Text, keyFile: Text): Probe<SshKey | null> {
  const script = lines([
    userFunction,
    keyFunction,
    sh`m_n=${name}; m_user "$m_n" >/dev/null; m_home=$(printf %s "$m_u" | cut -d: -f6)`,
    keyPath(keyFile),
    sh`m_key "$m_f"`,
  ])
  return scriptProbe(script, (output) => readKey(readFields(output, `look for the SSH key of ${name}`)))
}

/** The answers in the module's words. */
export function userState(
  { name, groups }: UserQuestions,
  answers: AnswersOf<ReturnType<typeof userProbes>>,
): UserState {
  const { entry, home } = answers
  return {
    passwd: entry !== null && sameText(name, entry.name) ? entry : null,
    shadow: answers.shadow ?? null,
    groups: answers.memberOf ?? [],
    ids: new Map(groups.map((one, index) => [one, answers.groups[index]?.gid])),
    ownGroup: sameText(name, answers.ownGroup?.name),
    homeExists: (home?.target?.stat ?? home?.stat)?.kind === 'directory',
    key: answers.key ?? null,
  }
}

/** Where the key of a user lies: absolute, or below the home directory. */
export function keyFile(params: {
  readonly ssh_key_file?: Text | undefined
  readonly ssh_key_type: Text
}): Text {
  return params.ssh_key_file ?? joinTexts(['.ssh/id_', params.ssh_key_type])
}

/** Sets m_f to the key's path; m_home is the home directory. */
export function keyPath(file: Text): ShellText {
  return textMatches(file, /^\//) ? sh`m_f=${file}` : sh`m_f=$m_home/${file}`
}

/** The entry in what `m_user` printed; null when there is none. @throws TaskFailure for an entry that is none */
export function readPasswd(fields: readonly Field[], name: Text): User | null {
  const line = field(fields, 'passwd')
  if (line === undefined) return null
  const [found, , uid, gid, comment, home, shell] = strictText(line, 'the passwd entry').split(':')
  if (
    found === undefined ||
    !sameText(name, found) ||
    !/^\d{1,10}$/.test(uid ?? '') ||
    !/^\d{1,10}$/.test(gid ?? '') ||
    shell === undefined
  )
    throw new TaskFailure(`the host's passwd entry of ${name} cannot be read`)
  return { name: found, uid: Number(uid), gid: Number(gid), comment: comment!, home: home!, shell }
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
