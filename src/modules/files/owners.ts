import { type Field, field, textField } from '../../probes/fields.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { plain } from '../host/text.ts'
import type { Text } from '../parameters.ts'

/** Whom a file shall belong to; undefined where the task does not say. */
export interface Owners {
  readonly uid: number | undefined
  readonly gid: number | undefined
  /** Names the host does not know (yet: an earlier task may make them). */
  readonly unknownOwner: string | undefined
  readonly unknownGroup: string | undefined
  /** Whom the step runs as, and with which umask. */
  readonly runs: { readonly uid: number; readonly gid: number; readonly umask: number }
}

/**
 * Shell text that prints the ids of the wanted owner and group, those of the running user, and the umask. Digits are
 * ids, known or not (facts/modules.md, Owners). Groups come from getent, or /etc/group where that is missing.
 */
export function ownersScript(owner: Text | undefined, group: Text | undefined): ShellText {
  const parts = [sh`printf 'umask\0%s\0me\0%s %s\0' "$(umask)" "$(id -u)" "$(id -g)"`]
  const user = plain(owner)
  const name = plain(group)
  if (user !== undefined && !isId(user))
    parts.push(sh`printf 'owner\0%s\0' "$(id -u -- ${user} 2>/dev/null)"`)
  if (name !== undefined && !isId(name))
    parts.push(groupFunction, sh`printf 'group\0%s\0' "$(m_gid ${name})"`)
  return lines(parts)
}

/** `m_gid NAME` prints the id of a group, or nothing. */
export const groupFunction: ShellText = sh`m_gid() {
  if command -v getent >/dev/null 2>&1; then m_g=$(getent group "$1") || return 0
    m_g=\${m_g#*:}; m_g=\${m_g#*:}; printf %s "\${m_g%%:*}"
  else while IFS=: read -r m_n m_x m_i m_r; do [ "$m_n" = "$1" ] && { printf %s "$m_i"; return 0; }; done < /etc/group; fi
}`

function isId(text: string): boolean {
  return /^\d{1,10}$/.test(text)
}

/** Reads what {@link ownersScript} printed. @throws TaskFailure when the answer makes no sense */
export function readOwners(
  fields: readonly Field[],
  owner: Text | undefined,
  group: Text | undefined,
): Owners {
  const id = (name: 'owner' | 'group', wanted: string | undefined): number | undefined => {
    if (wanted === undefined) return undefined
    if (isId(wanted)) return Number(wanted)
    const found = field(fields, name)?.toString('latin1') ?? ''
    return isId(found) ? Number(found) : undefined
  }
  const me = /^(\d{1,10}) (\d{1,10})$/.exec(textField(fields, 'me'))
  const umask = textField(fields, 'umask')
  if (me === null || !/^[0-7]{1,5}$/.test(umask))
    throw new TaskFailure("the host's answer makes no sense (ids of the running user)")
  const user = plain(owner)
  const name = plain(group)
  const uid = id('owner', user)
  const gid = id('group', name)
  return {
    uid,
    gid,
    unknownOwner: uid === undefined ? user : undefined,
    unknownGroup: gid === undefined ? name : undefined,
    runs: { uid: Number(me[1]), gid: Number(me[2]), umask: Number.parseInt(umask, 8) },
  }
}

/**
 * Owner and group must be known before anything is written. In check mode they may be made by an earlier task.
 * @throws TaskFailure in Ansible's words
 */
export function requireOwners(owners: Owners): void {
  if (owners.unknownOwner !== undefined)
    throw new TaskFailure(`chown failed: failed to look up user ${owners.unknownOwner}`, {
      hint: 'make the user first (module user), or give a number',
    })
  if (owners.unknownGroup !== undefined)
    throw new TaskFailure(`chgrp failed: failed to look up group ${owners.unknownGroup}`, {
      hint: 'make the group first (module group), or give a number',
    })
}
