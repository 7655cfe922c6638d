import { posix } from 'node:path'
import type { PathFacts } from '../../../probes/stat.ts'
import { lines, type ShellText, sh } from '../../../shell/sh.ts'
import { setAttributes } from '../attributes/attributes.ts'
import type { Owners } from '../attributes/owners.ts'
import { enter } from '../enter.ts'
import { type Place, realDirectory, type Trust } from '../trust.ts'

/** Directories that have to be made. */
export interface Missing {
  /** The directory that is there, without links in its name; null when it cannot be entered. */
  readonly base: string | null
  /** As it was written. */
  readonly baseName: string
  /** What is missing below it, outermost first; none when it is the directory itself. */
  readonly names: readonly string[]
  /** Where the outermost of them goes; null without a base, or when none is missing. */
  readonly place: Place | null
}

/** What is missing below a directory, judged by what is known of the way to it. */
export function missingBelow(
  base: string | null,
  baseName: string,
  names: readonly string[],
  trust: Trust,
): Missing {
  const [first] = names
  return {
    base,
    baseName,
    names,
    place: base === null || first === undefined ? null : trust.placeIn(base, first),
  }
}

/** What is missing of a directory and of those on its way. */
export function missingDirectories(ancestors: readonly PathFacts[], facts: PathFacts, trust: Trust): Missing {
  const way = [...ancestors, facts]
  const at = way.findLastIndex((one) => (one.target?.stat ?? one.stat)?.kind === 'directory')
  const found = at === -1 ? undefined : (way[at] as PathFacts)
  const base = found === undefined ? null : realDirectory(found)
  const names = way.slice(at + 1).map(({ path }) => posix.basename(path))
  return missingBelow(base, found?.path ?? '.', names, trust)
}

/** Where a directory will be when it was made; null when that cannot be known. */
export function madeDirectory({ base, names }: Missing): string | null {
  return base === null ? null : posix.join(base, ...names)
}

/**
 * Shell text that makes missing directories, behind `holdPrelude`. Owner, group and mode go to those it makes only
 * (facts/modules.md, file).
 *
 * @param more what else is to be done with the innermost one, whose name is in `$m_f` then
 */
export function makeDirectories(
  { baseName, names, place }: Missing,
  mode: number | undefined,
  owners: Owners,
  more: readonly ShellText[] = [],
): ShellText {
  const [first] = names
  if (first === undefined) return sh`:`
  if (place === null) return sh`cd -- ${baseName} || m_fail mkdir; m_fail mkdir`
  const made = names.map((_, at) => `./${names.slice(0, at + 1).join('/')}`)
  const change = { uid: owners.uid, gid: owners.gid, mode }
  return lines([
    enter(place, sh`m_fail mkdir`),
    sh`LC_ALL=C mkdir -- ${made} || m_fail mkdir`,
    // Innermost first: a directory that is given away is no way to another one any more.
    ...(more.length === 0 ? [] : [sh`m_f=${made.at(-1) as string}`, ...more]),
    ...made.toReversed().flatMap((name) => setAttributes([name], change)),
    ...(place.trusted
      ? []
      : [sh`LC_ALL=C mv -fT -- ${`./${first}`} ${`../${first}`} || m_fail mkdir`, sh`m_leave`]),
  ])
}

/** Has the directories that were made known to whoever judges what lies in them. */
export function learnMade(
  trust: Trust,
  { base, names }: Missing,
  mode: number | undefined,
  owners: Owners,
): void {
  if (base === null) return
  const bits = mode ?? 0o777 & ~owners.runs.umask
  names.forEach((_, at) => {
    trust.learn(posix.join(base, ...names.slice(0, at + 1)), {
      uid: owners.uid ?? owners.runs.uid,
      mode: bits,
    })
  })
}
