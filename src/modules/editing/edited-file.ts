import { content, type FileContent } from '../../probes/content.ts'
import { type PathFacts, type Stat, stat } from '../../probes/stat.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import {
  type OwnerAnswers,
  type Owners,
  type OwnerWish,
  observeOwners,
  readOwners,
} from '../files/attributes/owners.ts'
import { type Missing, missingDirectories } from '../files/trees/directories.ts'
import { moved, observeAncestors, type Place, Trust, withoutSlash } from '../files/trust.ts'

/** Files that are edited hold this many bytes at most: they travel whole, both ways. */
const EDIT_LIMIT = 1_000_000

/** A file of the host whose text is read, changed here, and put back whole. */
export interface EditedFile {
  /** As the task names it, expanded. */
  readonly path: string
  /** The file itself, behind links. */
  readonly real: string
  readonly place: Place
  /** Null where there is none. */
  readonly old: { readonly stat: Stat; readonly bytes: Buffer } | null
  readonly owners: Owners
  readonly trust: Trust
  /** The directory that holds it, as far as it is missing. */
  readonly missing: Missing
}

export interface EditedWish extends OwnerWish {
  readonly path: string
}

/** What has to be asked to edit a file. */
export function observeEdited(wish: EditedWish) {
  const path = withoutSlash(wish.path)
  return {
    ...observeOwners(wish),
    ancestors: observeAncestors(path),
    itself: stat(path),
    content: content(path, EDIT_LIMIT),
  }
}

export interface EditedAnswers extends OwnerAnswers {
  readonly ancestors: readonly PathFacts[]
  readonly itself: PathFacts
  readonly content: FileContent
}

/**
 * Links are followed, as by Ansible's line editors, where they can be trusted.
 * @throws TaskFailure for what is no file, cannot be read, or is too large; for a link that leads astray
 */
export function readEdited(wish: EditedWish, answers: EditedAnswers): EditedFile {
  const { itself, ancestors } = answers
  const { path } = itself
  const trust = new Trust(answers.runs, ancestors)
  trust.followWay(ancestors, itself)
  const directory = ancestors.at(-1)
  if (directory === undefined) throw new TaskFailure(`Path ${path} is a directory !`, { result: { rc: 256 } })
  const target = itself.link === null ? null : trust.follow(itself)
  const found = target?.stat ?? (itself.link === null ? itself.stat : null)
  if (found?.kind === 'directory')
    throw new TaskFailure(`Path ${path} is a directory !`, { result: { rc: 256 } })
  if (itself.link !== null && target === null)
    throw new TaskFailure(`${path} is a link to ${itself.link}, where nothing is`, {
      hint: 'remove the link, or name the file itself',
    })
  if (found === null && answers.content.kind !== 'missing') throw moved(path)
  return {
    path,
    real: target?.path ?? path,
    place: target === null ? trust.placeOf(itself) : trust.placeOfReal(target.path),
    old: found === null ? null : { stat: found, bytes: bytesOf(path, answers.content, found) },
    owners: readOwners(wish, answers),
    trust,
    missing: missingDirectories(ancestors.slice(0, -1), directory, trust),
  }
}

/** @throws TaskFailure; also when what was read is not the file whose owner and mode the new one will get */
function bytesOf(path: string, found: FileContent, { identity }: Stat): Buffer {
  switch (found.kind) {
    case 'file':
      if (found.identity !== identity) throw moved(path)
      return found.bytes
    case 'unreadable':
      throw new TaskFailure(`cannot read ${path}`, { hint: 'become a user who may read it' })
    case 'large':
      throw new TaskFailure(`${path} is too large to be edited: it has more than ${EDIT_LIMIT} bytes`, {
        hint: 'use sed by module shell, or write the whole file with template',
      })
    case 'no-file':
      throw new TaskFailure(`${path} is no regular file`)
    case 'missing':
      throw moved(path)
  }
}
