import type { Stat } from '../../probes/stat.ts'
import { lines, sh } from '../../shell/sh.ts'
import { Secret } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { isDict, type Value } from '../../values/value.ts'
import { attributeChange, attributeDiff, attributeSteps } from '../files/attributes/attributes.ts'
import { applyMode, type Mode, parseMode } from '../files/attributes/modes.ts'
import { requireOwners } from '../files/attributes/owners.ts'
import { contentOfText } from '../files/content/content.ts'
import { validateWords } from '../files/content/place-file.ts'
import { textDiff } from '../files/content/text-diff.ts'
import { writeFile } from '../files/content/write-file.ts'
import type { Placement } from '../files/content/write-script.ts'
import { printDone, readChanged, readDone } from '../files/done.ts'
import { hold, holdPrelude } from '../files/enter.ts'
import { effectOn } from '../files/touches.ts'
import { learnMade, madeDirectory } from '../files/trees/directories.ts'
import { realPath } from '../files/trust.ts'
import type { Action, ActionResult, Diff, ModuleContext } from '../module.ts'
import type { Text } from '../parameters.ts'
import type { EditedFile } from './edited-file.ts'

/** How an edited file is put back. */
export interface PlaceEditedOptions {
  readonly mode?: string | undefined
  readonly backup?: boolean
  readonly validate?: Text | undefined
  readonly unsafeWrites?: boolean
  /** The mode of a new file for which the task names none; 0666 less the umask when missing. */
  readonly newMode?: number
  /** The mode of directories that have to be made, which then get owner and group too; 0777 less the umask when missing. */
  readonly parentMode?: number
  /** What `--diff` shows instead of the texts. */
  readonly diff?: readonly Diff[]
  /** Ansible shows owner and mode in the diff, too. */
  readonly showsAttributes?: boolean
  /** What the task's result will hold, for check mode. */
  predicted?(change: EditedChange): Readonly<Record<string, Value>>
}

/** What is done to the file. */
export interface EditedChange {
  /** Owner, group or mode differ (from those of the old file, or of one made without a word about them). */
  readonly attributes: boolean
  /** Name of the backup, when one was made. */
  readonly backup?: string
  /** The file's state in the end; null in check mode, or when there is none. */
  readonly stat: Stat | null
}

/**
 * Puts a text in the place of an edited file: whole, by the same door as `copy`. A file with that very text keeps it, and
 * owner and mode alone are set where they differ; then nothing may be yielded.
 * @param text null: as it is
 * @throws TaskFailure
 */
export async function* placeEdited(
  file: EditedFile,
  text: Buffer | Secret | null,
  options: PlaceEditedOptions,
  context: ModuleContext,
): AsyncGenerator<Action, EditedChange, ActionResult> {
  const { owners, old, path } = file
  if (!context.check) requireOwners(owners)
  const validate = validateWords(options.validate)
  const mode = options.mode === undefined ? undefined : parseMode(options.mode)
  const unchanged =
    text === null ||
    old?.bytes.equals(text instanceof Secret ? Buffer.from(text.revealText()) : text) === true
  const made = {
    kind: 'file',
    mode: options.newMode ?? 0o666 & ~owners.runs.umask,
    uid: owners.runs.uid,
    gid: owners.runs.gid,
  } as const
  const base = old?.stat ?? made
  const change = attributeChange(base, owners, mode)
  const attributes = change !== null
  const attributeDiffs =
    change === null || options.showsAttributes !== true
      ? []
      : [withoutPath(attributeDiff(path, base, change), path)]
  const predicted = options.predicted?.({ attributes, stat: null }) ?? {}
  if (unchanged) {
    if (change === null || old === null) return { attributes: false, stat: old?.stat ?? null }
    const output = yield {
      kind: 'run',
      says: `set ${change.mode === undefined ? 'owner' : 'owner or mode'} of ${path}`,
      script: lines([
        holdPrelude,
        attributeSteps([{ place: file.place, stat: old.stat, change }]),
        printDone(file.real),
      ]),
      ...effectOn([realPath(file.place)]),
      diff: attributeDiffs,
      predicted,
    }
    return { attributes, stat: readChanged(output, file.real).stat }
  }
  const content = contentOfText(text)
  const texts = { there: old !== null, text: old?.bytes ?? null }
  const diff = options.diff ?? (context.diff ? (await textDiff(path, texts, content)).map(named(path)) : [])
  const placement = placementOf(
    file,
    mode,
    base.mode,
    content.sha256,
    {
      backup: options.backup === true && old !== null,
      validate,
      unsafeWrites: options.unsafeWrites === true,
    },
    options.parentMode,
  )
  const announcement = {
    says: `${old === null ? 'create' : 'edit'} ${path}`,
    diff: [...diff, ...(old === null && context.check ? [] : attributeDiffs)],
    predicted,
  }
  try {
    const { backup, facts } = yield* writeFile(placement, content, announcement)
    return { attributes, stat: facts.stat, ...(backup === undefined ? {} : { backup }) }
  } catch (error) {
    throw error instanceof TaskFailure ? inEditorsWords(error) : error
  }
}

function placementOf(
  file: EditedFile,
  mode: Mode | undefined,
  base: number,
  sha256: string,
  rest: Pick<Placement, 'backup' | 'validate' | 'unsafeWrites'>,
  parentMode: number | undefined,
): Placement {
  const { owners, missing, trust, old, real } = file
  const { umask } = owners.runs
  let { place } = file
  const making = old === null && missing.names.length > 0
  if (making) {
    const theirs = parentMode === undefined ? { ...owners, uid: undefined, gid: undefined } : owners
    learnMade(trust, missing, parentMode, theirs)
    const directory = madeDirectory(missing)
    if (directory !== null) place = trust.placeIn(directory, place.name)
  }
  return {
    dest: real,
    place,
    old: old?.stat ?? null,
    takesOn: true,
    owners,
    mode: mode === undefined ? base : applyMode(mode, { mode: base, directory: false, umask }),
    sha256,
    parents: making
      ? { missing, mode: parentMode, ...(parentMode === undefined ? { plain: true } : {}) }
      : null,
    ...rest,
  }
}

/** Removes the file. @throws TaskFailure */
export async function* removeEdited(
  file: EditedFile,
  diff: readonly Diff[],
  predicted: Readonly<Record<string, Value>> = {},
): AsyncGenerator<Action, void, ActionResult> {
  const output = yield {
    kind: 'run',
    says: `remove ${file.path}`,
    diff,
    predicted,
    ...effectOn([realPath(file.place)]),
    script: lines([
      holdPrelude,
      hold(file.place),
      sh`LC_ALL=C rm -f -- ${`./${file.place.name}`} || m_fail remove
printf '\0done\0'`,
    ]),
  }
  readDone(output, file.path)
}

/** The diff of a text under the name that Ansible gives it. */
function named(path: string) {
  return (diff: Diff): Diff => ({ ...diff, header: `${path} (content)` })
}

function withoutPath({ before, after }: Diff, path: string): Diff {
  for (const side of [before, after]) if (isDict(side)) side.delete('path')
  return { header: `${path} (file attributes)`, before, after }
}

/** Ansible's line editors tell of a validation in other words than copy. */
function inEditorsWords(error: TaskFailure): TaskFailure {
  if (error.message !== 'failed to validate') return error
  const { exit_status: status, stderr } = error.result
  return new TaskFailure(`failed to validate: rc:${String(status)} error:${String(stderr)}`, {
    result: error.result,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  })
}
