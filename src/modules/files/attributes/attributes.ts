import type { Stat } from '../../../probes/stat.ts'
import { lines, type ShellText, sh } from '../../../shell/sh.ts'
import type { Value } from '../../../values/value.ts'
import { dict } from '../../../values/value.ts'
import type { Diff } from '../../module.ts'
import { enter, hold } from '../enter.ts'
import { type Place, realPath } from '../trust.ts'
import { applyMode, chmodWord, formatMode, type Mode } from './modes.ts'
import type { Owners } from './owners.ts'

/** Owner, group and mode that differ from what a file has; undefined where nothing is to do. */
export interface AttributeChange {
  readonly uid: number | undefined
  readonly gid: number | undefined
  readonly mode: number | undefined
  /** What is wanted cannot be told yet: the user or group does not exist. */
  readonly unknown: boolean
}

/** What {@link attributeChange} compares. */
export type Attributes = Pick<Stat, 'kind' | 'mode' | 'uid' | 'gid'>

/** Compares a file with the owner, group and mode that a task wants; null when they are as wanted. */
export function attributeChange(
  stat: Attributes,
  owners: Owners,
  mode: Mode | undefined,
): AttributeChange | null {
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

/** One thing on the host whose owner, group or mode shall change. */
export interface AttributeItem {
  readonly place: Place
  readonly stat: Stat
  readonly change: Pick<AttributeChange, 'uid' | 'gid' | 'mode'> | null
  /** More to be done with it; its name is in `$m_f` then. */
  readonly more?: readonly ShellText[]
}

/** Names in one command line. */
const BATCH = 200

/**
 * Shell text that sets them, behind `holdPrelude`. Where names can be swapped, a directory is entered and compared with
 * the one that was seen; of anything else a second name is made where nobody else comes, and the file behind it compared:
 * so no link, and no other file in its place, is ever changed.
 */
export function attributeSteps(items: readonly AttributeItem[]): ShellText {
  const directories = items.filter(({ stat }) => stat.kind === 'directory')
  const others = items.filter(({ stat }) => stat.kind !== 'directory')
  const steps = [...Map.groupBy(others, ({ place }) => place.directory).values()].flatMap((all) => {
    const batches: AttributeItem[][] = []
    for (let at = 0; at < all.length; at += BATCH) batches.push(all.slice(at, at + BATCH))
    return batches.map(batchSteps)
  })
  return lines([...steps, ...directories.map(directorySteps)])
}

function batchSteps(items: readonly AttributeItem[]): ShellText {
  const { place } = items[0] as AttributeItem
  if (place.trusted) return lines([hold(place), ...changes(items)])
  const sources = items.map((item) => `../${item.place.name}`)
  const names = items.map((item) => `./${item.place.name}`)
  const identities = items.map(({ stat }) => stat.identity).join('\n')
  return lines([
    enter(place, sh`m_fail owner`),
    sh`LC_ALL=C ln -- ${sources} ./ || m_fail held
[ "$(LC_ALL=C stat -c %d:%i -- ${names})" = ${identities} ] || m_fail moved`,
    ...changes(items),
    sh`m_leave`,
  ])
}

function directorySteps(item: AttributeItem): ShellText {
  const { place, stat } = item
  const real = realPath(place)
  if (place.trusted && place.name !== '') return lines([hold(place), ...changes([item])])
  const same = sh`[ "$(LC_ALL=C stat -c %d:%i .)" = ${stat.identity} ] || m_fail moved`
  return lines([
    sh`m_hold ${real} || m_fail moved`,
    same,
    ...changes([{ ...item, place: { ...place, name: '.' } }]),
  ])
}

/** A command for each kind of change, in the directory that is held. */
function changes(items: readonly AttributeItem[]): ShellText[] {
  const kindOf = ({ stat, change }: AttributeItem) =>
    `${change?.uid} ${change?.gid} ${change?.mode} ${stat.kind === 'link'}`
  const steps = [...Map.groupBy(items, kindOf).values()].flatMap((same) => {
    const { stat, change } = same[0] as AttributeItem
    if (change === null) return []
    return setAttributes(
      same.map(({ place }) => `./${place.name}`),
      change,
      stat.kind === 'link',
    )
  })
  for (const { place, more } of items)
    if (more !== undefined) steps.push(sh`m_f=${`./${place.name}`}`, ...more)
  return steps
}

/** Commands for names that nobody else can swap; each step calls `m_fail` with its name. */
export function setAttributes(
  names: readonly string[],
  change: Pick<AttributeChange, 'uid' | 'gid' | 'mode'>,
  isLink = false,
): ShellText[] {
  const steps: ShellText[] = []
  const owner = ownerWord(change.uid, change.gid)
  const self = isLink ? ['-h'] : []
  if (owner !== null) steps.push(sh`LC_ALL=C chown ${self} -- ${owner} ${names} || m_fail owner`)
  if (change.mode !== undefined && !isLink)
    steps.push(sh`LC_ALL=C chmod -- ${chmodWord(change.mode)} ${names} || m_fail mode`)
  return steps
}

/** `uid:gid` as chown takes it, null when neither is wanted. */
export function ownerWord(uid: number | undefined, gid: number | undefined): string | null {
  if (uid === undefined && gid === undefined) return null
  return `${uid ?? ''}${gid === undefined ? '' : `:${gid}`}`
}

/** Before and after as the file module's diff has them: only what differs, ids as numbers, beside the path. */
export function attributeDiff(path: string, stat: Attributes, change: AttributeChange): Diff {
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
