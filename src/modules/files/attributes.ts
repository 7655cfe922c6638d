import { lines, type ShellText, sh } from '../../shell/sh.ts'
import type { Value } from '../../values/value.ts'
import { dict } from '../../values/value.ts'
import type { Diff } from '../module.ts'
import { applyMode, chmodWord, formatMode, type Mode } from './modes.ts'
import type { Stat } from './observe-path.ts'
import type { Owners } from './owners.ts'

/** Owner, group and mode that differ from what a file has; undefined where nothing is to do. */
export interface AttributeChange {
  readonly uid: number | undefined
  readonly gid: number | undefined
  readonly mode: number | undefined
  /** What is wanted cannot be told yet: the user or group does not exist. */
  readonly unknown: boolean
}

/** Compares a file with the owner, group and mode that a task wants; null when they are as wanted. */
export function attributeChange(stat: Stat, owners: Owners, mode: Mode | undefined): AttributeChange | null {
  const uid = owners.uid !== undefined && owners.uid !== stat.uid ? owners.uid : undefined
  const gid = owners.gid !== undefined && owners.gid !== stat.gid ? owners.gid : undefined
  const bits =
    mode === undefined
      ? undefined
      : applyMode(mode, { mode: stat.mode, directory: stat.kind === 'directory', umask: owners.runs.umask })
  const unknown = owners.unknownOwner !== undefined || owners.unknownGroup !== undefined
  if (uid === undefined && gid === undefined && (bits === undefined || bits === stat.mode) && !unknown)
    return null
  // chown takes setuid and setgid bits away, so the mode is set again whenever the owner changes.
  const lostBits =
    (uid !== undefined || gid !== undefined) && (stat.mode & 0o6000) !== 0 && stat.kind === 'file'
  const changedMode = bits !== undefined && bits !== stat.mode ? bits : undefined
  return { uid, gid, mode: changedMode ?? (lostBits && bits !== undefined ? bits : undefined), unknown }
}

/** Shell text that sets them on a path held in a shell variable; each step ends in `|| HANDLER` with the step's name. */
export function setAttributes(variable: ShellText, change: AttributeChange, handler: ShellText): ShellText {
  const steps: ShellText[] = []
  const owner = ownerWord(change.uid, change.gid)
  if (owner !== null) steps.push(sh`LC_ALL=C chown -- ${owner} "${variable}" || ${handler} owner`)
  if (change.mode !== undefined)
    steps.push(sh`LC_ALL=C chmod -- ${chmodWord(change.mode)} "${variable}" || ${handler} mode`)
  return lines(steps)
}

/** `uid:gid` as chown takes it, null when neither is wanted. */
export function ownerWord(uid: number | undefined, gid: number | undefined): string | null {
  if (uid === undefined && gid === undefined) return null
  return `${uid ?? ''}${gid === undefined ? '' : `:${gid}`}`
}

/** Before and after as the file module's diff has them: only what differs, ids as numbers, beside the path. */
export function attributeDiff(path: string, stat: Stat, change: AttributeChange): Diff {
  const before: Record<string, Value> = { path }
  const after: Record<string, Value> = { path }
  const differs = (name: string, old: Value, next: Value | undefined) => {
    if (next === undefined || next === old) return
    before[name] = old
    after[name] = next
  }
  differs('owner', stat.uid, change.uid)
  differs('group', stat.gid, change.gid)
  differs('mode', formatMode(stat.mode), change.mode === undefined ? undefined : formatMode(change.mode))
  return { before: dict(before), after: dict(after) }
}
