import type { Digest } from '../../../probes/digest.ts'
import { digest } from '../../../probes/digest.ts'
import type { AnswersOf } from '../../../probes/probe.ts'
import { type PathFacts, stat } from '../../../probes/stat.ts'
import { text } from '../../../probes/text.ts'
import { TaskFailure } from '../../../values/task-failure.ts'
import { type Owners, type OwnerWish, observeOwners, readOwners } from '../attributes/owners.ts'
import { type Missing, missingDirectories } from '../trees/directories.ts'
import { observeAncestors, type Place, Trust, withoutSlash } from '../trust.ts'

/** Texts larger than this are not compared in a diff (Ansible's limit). */
export const DIFF_LIMIT = 104_448

/** What is at the place where a file shall go. */
export interface Destination {
  readonly facts: PathFacts
  readonly owners: Owners
  readonly trust: Trust
  /** Where it lies, when that is known better than from {@link facts}: in a directory that was made meanwhile. */
  readonly place?: Place
  /** SHA-256 of the file, through links; null where there is none or it cannot be read. */
  readonly sha256: string | null
  readonly unreadable: boolean
  /** `dest` as given is a directory on the host, or ends in a slash. */
  readonly intoDirectory: boolean
  /** The directory that holds the file, as far as it is missing. */
  readonly missing: Missing
  /** The old text, for a diff; null when not asked for, not readable, or larger than {@link DIFF_LIMIT}. */
  readonly text: Buffer | null
}

export interface DestinationWish extends OwnerWish {
  readonly dest: string
  /** The name a file gets in a directory; null for contents without a name. */
  readonly name: string | null
  readonly withText: boolean
}

/** Asks about `dest` itself and, since it may be a directory, about the file in it, at once. */
export function observeDestination(wish: DestinationWish) {
  const dest = withoutSlash(wish.dest)
  const inside = wish.name === null ? undefined : { directory: dest, name: wish.name }
  return {
    ...observeOwners(wish),
    ancestors: observeAncestors(dest),
    itself: stat(dest),
    itsDigest: digest(dest),
    itsText: wish.withText ? text(dest, DIFF_LIMIT) : undefined,
    inside: inside === undefined ? undefined : stat(inside),
    insideDigest: inside === undefined ? undefined : digest(inside),
    insideText: inside === undefined || !wish.withText ? undefined : text(inside, DIFF_LIMIT),
  }
}

export type DestinationAnswers = AnswersOf<ReturnType<typeof observeDestination>>

/** @throws TaskFailure for a link on the way that leads astray */
export function readDestination(wish: DestinationWish, answers: DestinationAnswers): Destination {
  const { itself, ancestors } = answers
  const kind = (itself.target?.stat ?? itself.stat)?.kind
  const intoDirectory = kind === 'directory' || wish.dest.endsWith('/')
  const into = intoDirectory && answers.inside !== undefined
  const facts = into ? (answers.inside as PathFacts) : itself
  const sum = (into ? answers.insideDigest : answers.itsDigest) as Digest
  const old = into ? answers.insideText : answers.itsText
  const way = into ? [...ancestors, itself] : ancestors
  const trust = new Trust(answers.runs, way)
  trust.followWay(way, facts)
  const directory = way.at(-1)
  if (directory === undefined) throw new TaskFailure(`dest (${wish.dest}) names no file`)
  return {
    facts,
    owners: readOwners(wish, answers),
    trust,
    sha256: sum.kind === 'file' ? sum.sha256 : null,
    unreadable: sum.kind === 'unreadable',
    intoDirectory,
    missing: missingDirectories(way.slice(0, -1), directory, trust),
    text: old?.kind === 'file' ? old.bytes : null,
  }
}
