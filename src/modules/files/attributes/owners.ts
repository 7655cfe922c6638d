import {
  type Group,
  group as groupProbe,
  type Runner,
  runner,
  type User,
  user,
} from '../../../probes/account.ts'
import type { Probe } from '../../../probes/probe.ts'
import { type ShellText, sh } from '../../../shell/sh.ts'
import { revealText, textMatches } from '../../../values/secret.ts'
import { TaskFailure } from '../../../values/task-failure.ts'
import type { Text } from '../../parameters.ts'

/** Whom a file shall belong to; undefined where the task does not say. */
export interface Owners {
  readonly uid: number | undefined
  readonly gid: number | undefined
  /** Names the host does not know (yet: an earlier task may make them). */
  readonly unknownOwner: Text | undefined
  readonly unknownGroup: Text | undefined
  /** Whom the step runs as, and with which umask. */
  readonly runs: Runner
}

/** What a task says of owner and group. */
export interface OwnerWish {
  readonly owner: Text | undefined
  readonly group: Text | undefined
}

/** What has to be asked to read {@link Owners}. Digits are ids, known or not (facts/modules.md, Owners). */
export function observeOwners(wish: OwnerWish) {
  const { owner, group } = wish
  return {
    runs: runner() as Probe<Runner>,
    owner: owner === undefined || isId(owner) ? undefined : user(owner),
    group: group === undefined || isId(group) ? undefined : groupProbe(group),
  }
}

/** The answers to {@link observeOwners}. */
export interface OwnerAnswers {
  readonly runs: Runner
  readonly owner?: User | null | undefined
  readonly group?: Group | null | undefined
}

/** The answers to {@link observeOwners} as ids; names that the host does not know stay names. */
export function readOwners(wish: OwnerWish, answers: OwnerAnswers): Owners {
  const { owner, group } = wish
  const uid = owner === undefined ? undefined : isId(owner) ? Number(revealText(owner)) : answers.owner?.uid
  const gid = group === undefined ? undefined : isId(group) ? Number(revealText(group)) : answers.group?.gid
  return {
    uid,
    gid,
    unknownOwner: uid === undefined ? owner : undefined,
    unknownGroup: gid === undefined ? group : undefined,
    runs: answers.runs,
  }
}

/** `m_gid NAME` prints the id of a group, or nothing. */
export const groupFunction: ShellText = sh`m_gid() {
  if command -v getent >/dev/null 2>&1; then m_g=$(getent group "$1") || return 0
    m_g=\${m_g#*:}; m_g=\${m_g#*:}; printf %s "\${m_g%%:*}"
  else while IFS=: read -r m_n m_x m_i m_r; do [ "$m_n" = "$1" ] && { printf %s "$m_i"; return 0; }; done < /etc/group; fi
}`

function isId(text: Text): boolean {
  return textMatches(text, /^\d{1,10}$/)
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
