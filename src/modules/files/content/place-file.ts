import { posix } from 'node:path'
import type { Stat } from '../../../probes/stat.ts'
import { madeFrom, mapText, revealText, sameText } from '../../../values/secret.ts'
import { TaskFailure } from '../../../values/task-failure.ts'
import type { Value } from '../../../values/value.ts'
import { splitWords } from '../../commands/split-words.ts'
import type { Action, ActionResult, ModuleContext, Outcome } from '../../module.ts'
import type { Text } from '../../parameters.ts'
import { changeAttributes } from '../attributes/change-attributes.ts'
import { fileResult } from '../attributes/file-result.ts'
import { applyMode, formatMode, type Mode, parseMode } from '../attributes/modes.ts'
import { requireOwners } from '../attributes/owners.ts'
import { learnMade, madeDirectory } from '../trees/directories.ts'
import { type Content, digestOf } from './content.ts'
import type { Destination } from './destination.ts'
import { textDiff } from './text-diff.ts'
import { writeFile } from './write-file.ts'

/** How a content is placed; the parameters that copy and template share. */
export interface PlaceParameters {
  readonly dest: string
  readonly mode: string | undefined
  readonly backup: boolean
  readonly force: boolean
  readonly follow: boolean
  readonly validate: Text | undefined
  readonly unsafe_writes: boolean
}

export interface PlaceOptions {
  /** Bits for `mode: preserve`. */
  readonly sourceMode: number | undefined
  /** Mode of parent directories to make; null: they must be there. */
  readonly parents: { readonly mode: string | undefined } | null
  /** SHA-1 that the content must have. */
  readonly checksum?: Text | undefined
}

/**
 * Puts a content where a task wants it, or sets only owner and mode where the text is the same already.
 * @throws TaskFailure, with the content's checksum in its result as Ansible has it
 */
export async function* placeFile(
  params: PlaceParameters,
  state: Destination,
  content: Content,
  options: PlaceOptions,
  context: ModuleContext,
): AsyncGenerator<Action, Outcome, ActionResult> {
  const { facts, trust } = state
  const isLink = facts.link !== null
  // A link is replaced by a file unless it shall be followed; then its target is the file to write.
  const followed = isLink && params.follow ? trust.follow(facts) : null
  const dest = followed?.path ?? facts.path
  const through = isLink ? (facts.target?.stat ?? null) : facts.stat
  const old = isLink && !params.follow ? null : through
  if (!params.force && (facts.stat !== null || isLink)) return { result: { dest } }
  if (state.unreadable)
    throw new TaskFailure(`cannot read ${dest}`, { hint: 'become a user who may read it' })
  const sha1 = await digestOf(content.source, 'sha1')
  try {
    const validate = validateWords(params.validate)
    if (
      options.checksum !== undefined &&
      !sameText(
        mapText(options.checksum, (text) => text.toLowerCase()),
        sha1,
      )
    )
      throw new TaskFailure('Copied file does not match the expected checksum. Transfer failed.', {
        result: { expected_checksum: options.checksum },
      })
    if (!context.check) requireOwners(state.owners)
    const mode = wantedMode(params.mode, options.sourceMode)
    const there = followed === null ? (state.place ?? trust.placeOf(facts)) : trust.placeOfReal(followed.path)
    if (old !== null && state.sha256 === content.sha256) {
      const found = { path: dest, place: there, stat: old }
      const result = yield* changeAttributes(found, state.owners, mode, 'path')
      return { result: { ...result, checksum: sha1, dest } }
    }
    const md5 = await digestOf(content.source, 'md5')
    const bits = finalMode(mode, old, state)
    const diff = context.diff
      ? await textDiff(dest, { there: through?.kind === 'file', text: state.text }, content)
      : []
    const parents = parentsOf(state, options.parents)
    const made = parents === null ? null : madeDirectory(parents.missing)
    const place = made === null ? there : trust.placeIn(made, posix.basename(dest))
    const predicted: Record<string, Value> = { dest, checksum: sha1, md5sum: md5, mode: formatMode(bits) }
    const { facts: now, backup } = yield* writeFile(
      {
        dest,
        place,
        old,
        takesOn: true,
        owners: state.owners,
        mode: bits,
        sha256: content.sha256,
        parents,
        backup: params.backup && old !== null,
        validate,
        unsafeWrites: params.unsafe_writes,
      },
      content,
      { says: `${old === null ? 'create' : 'update'} ${dest}${notYet(state)}`, diff, predicted },
    )
    return {
      result: {
        ...fileResult(now, 'dest'),
        checksum: sha1,
        md5sum: md5,
        ...(backup === undefined ? {} : { backup_file: backup }),
      },
    }
  } catch (error) {
    throw error instanceof TaskFailure ? error.with({ checksum: sha1 }) : error
  }
}

/** Directories to be made, which are known to {@link Destination.trust} from then on; null when there are none. */
export function parentsOf({ missing, owners, trust }: Destination, parents: PlaceOptions['parents']) {
  if (parents === null || missing.names.length === 0) return null
  const mode = directoryBits(parents.mode, owners.runs.umask)
  learnMade(trust, missing, mode, owners)
  return { missing, mode }
}

/** The `mode` parameter read; undefined when there is none. @throws TaskFailure */
export function wantedMode(mode: string | undefined, sourceMode: number | undefined): Mode | undefined {
  if (mode === undefined) return undefined
  if (mode !== 'preserve') return parseMode(mode)
  if (sourceMode === undefined)
    throw new TaskFailure("mode 'preserve' needs a source file", { hint: "write a mode such as '0644'" })
  return { octal: sourceMode }
}

/** The mode in the end: as wanted, else that of the old file, else 0666 less the umask. */
export function finalMode(mode: Mode | undefined, old: Stat | null, state: Destination): number {
  const { umask } = state.owners.runs
  const base = old?.mode ?? 0o666 & ~umask
  return mode === undefined ? base : applyMode(mode, { mode: base, directory: false, umask })
}

/** The bits of a directory to be made; undefined: as mkdir makes it. */
export function directoryBits(mode: string | undefined, umask: number): number | undefined {
  return mode === undefined || mode === 'preserve'
    ? undefined
    : applyMode(parseMode(mode), { mode: 0o777 & ~umask, directory: true, umask })
}

/** The words of `validate`; undefined when there is none. @throws TaskFailure without exactly one %s */
export function validateWords(validate: Text | undefined): Text[] | undefined {
  if (validate === undefined) return undefined
  const text = revealText(validate)
  if (text.split('%s').length !== 2)
    throw new TaskFailure(`validate must contain %s: ${validate}`, {
      hint: 'exactly one %s stands for the name of the new file',
    })
  return splitWords(text).map((word) => madeFrom(word, [validate]))
}

function notYet(state: Destination): string {
  const { unknownOwner, unknownGroup } = state.owners
  const names = [unknownOwner, unknownGroup].filter((name) => name !== undefined)
  return names.length === 0 ? '' : ` (${names.join(' and ')} must exist by then)`
}
