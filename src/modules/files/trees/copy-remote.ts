import { posix } from 'node:path'
import { checksum, type Digest, digest } from '../../../probes/digest.ts'
import { type AnswersOf, mapProbe } from '../../../probes/probe.ts'
import { type PathFacts, type Stat, stat } from '../../../probes/stat.ts'
import { lines, sh } from '../../../shell/sh.ts'
import { TaskFailure } from '../../../values/task-failure.ts'
import type { Value } from '../../../values/value.ts'
import { plain } from '../../host/text.ts'
import type { Action, ActionResult, ModuleContext, Outcome } from '../../module.ts'
import type { Text } from '../../parameters.ts'
import { changeAttributes } from '../attributes/change-attributes.ts'
import { fileResult } from '../attributes/file-result.ts'
import { applyMode, type Mode, parseMode } from '../attributes/modes.ts'
import { requireOwners } from '../attributes/owners.ts'
import { type Destination, observeDestination, readDestination } from '../content/destination.ts'
import { type PlaceParameters, parentsOf, validateWords } from '../content/place-file.ts'
import { effectOf } from '../content/write-file.ts'
import { fillScript, type Placement } from '../content/write-script.ts'
import { readDone, readState } from '../done.ts'
import { madeDirectory } from './directories.ts'

export interface RemoteCopyParameters extends PlaceParameters {
  readonly owner: Text | undefined
  readonly group: Text | undefined
  readonly directory_mode: string | undefined
  /** SHA-1 that a file must have. */
  readonly checksum: Text | undefined
}

function wishOf(src: string, params: RemoteCopyParameters) {
  return { ...params, name: posix.basename(src), withText: false }
}

/** Asks about source and target of a copy on the host itself (`remote_src`). */
export function observeRemoteCopy(src: string, params: RemoteCopyParameters) {
  return {
    ...observeDestination(wishOf(src, params)),
    source: stat(src),
    sourceDigest: digest(src),
    // For the result.
    sourceSha1: mapProbe(checksum(src, 'sha1'), (sum) => (sum.kind === 'file' ? sum.hex : '')),
  }
}

export type RemoteAnswers = AnswersOf<ReturnType<typeof observeRemoteCopy>>

/** One file that is copied on the host. */
export interface RemoteFile {
  readonly source: PathFacts
  readonly sum: Digest
  /** Of a new file, unless the task names a mode. */
  readonly made: 'as the umask has it' | 'as the source'
}

/**
 * Copies a file on the host. A new file gets 0666 less the umask, a replaced one the source's mode and the running user
 * as owner (facts/modules.md, copy: remote_src), and both the source's time.
 */
export async function* convergeRemoteCopy(
  src: string,
  params: RemoteCopyParameters,
  answers: RemoteAnswers,
  context: ModuleContext,
): AsyncGenerator<Action, Outcome, ActionResult> {
  const dest = readDestination(wishOf(src, params), answers)
  const file = { source: answers.source, sum: answers.sourceDigest, made: 'as the umask has it' } as const
  if (answers.source.stat === null) throw new TaskFailure(`Source ${answers.source.path} not found`)
  const checksum = plain(params.checksum)
  if (checksum !== undefined && checksum !== answers.sourceSha1)
    throw new TaskFailure('Copied file does not match the expected checksum. Transfer failed.', {
      result: { checksum: answers.sourceSha1, expected_checksum: checksum },
      hint: `nothing was written: ${answers.source.path} is another file`,
    })
  const copied = yield* copyRemoteFile(params, file, dest, context)
  if (copied === null) return { result: { dest: dest.facts.path, src: answers.source.path } }
  return { result: { ...copied, src: answers.source.path, checksum: answers.sourceSha1 } }
}

/** Keys of the result; null when a file is there that shall stay. @throws TaskFailure */
export async function* copyRemoteFile(
  params: RemoteCopyParameters,
  { source, sum, made }: RemoteFile,
  state: Destination,
  context: ModuleContext,
): AsyncGenerator<Action, Record<string, Value> | null, ActionResult> {
  const { facts: dest, owners, trust } = state
  const from = source.target?.stat ?? (source.stat as Stat)
  if (from.kind !== 'file')
    throw new TaskFailure(`Source ${source.path} is no file: remote_src copies single files`, {
      hint: 'copy a folder of the host by command: cp -a, with creates',
    })
  if (sum.kind !== 'file') throw new TaskFailure(`Source ${source.path} not readable`)
  if (dest.stat?.kind === 'directory') throw new TaskFailure(`${dest.path} is a directory`)
  if (!params.force && dest.stat !== null) return null
  if (!context.check) requireOwners(owners)
  const wanted = wantedMode(params.mode, from)
  const there = state.place ?? trust.placeOf(dest)
  if (dest.stat?.kind === 'file' && state.sha256 === sum.sha256)
    return yield* changeAttributes({ path: dest.path, place: there, stat: dest.stat }, owners, wanted, 'dest')
  const { umask } = owners.runs
  const base = dest.stat?.kind === 'file' || made === 'as the source' ? from.mode : 0o666 & ~umask
  const parents = parentsOf(state, params.dest.endsWith('/') ? { mode: params.directory_mode } : null)
  const real = parents === null ? null : madeDirectory(parents.missing)
  const placement: Placement = {
    dest: dest.path,
    place: real === null ? there : trust.placeIn(real, there.name),
    // Owner and mode of the old file are lost, as Ansible loses them.
    old: dest.stat,
    takesOn: false,
    owners,
    mode: wanted === undefined ? base : applyMode(wanted, { mode: base, directory: false, umask }),
    // Whatever was read: a source that was replaced meanwhile goes nowhere.
    sha256: sum.sha256,
    parents,
    backup: params.backup && dest.stat !== null,
    validate: validateWords(plain(params.validate)),
    unsafeWrites: params.unsafe_writes,
  }
  const path = source.path.startsWith('/') ? source.path : `./${source.path}`
  const output = yield {
    kind: 'run',
    says: `copy ${source.path} to ${dest.path}`,
    predicted: { dest: dest.path, src: source.path },
    ...effectOf(placement),
    script: lines([
      fillScript(
        placement,
        sh`m_src=${path}; case $m_src in /*) ;; *) m_src=$m_start/$m_src ;; esac
{ LC_ALL=C cat <"$m_src" >"./$m_t" && LC_ALL=C touch -r "$m_src" -- "./$m_t"; } || m_fail write
printf '\0md5 %s\0' "$(md5sum <"./$m_t" 2>/dev/null)"`,
      ),
    ]),
  }
  const now = readState(readDone(output, dest.path), dest.path)
  const md5 = /\0md5 ([0-9a-f]{32})/.exec(output.stdout.toString('latin1'))?.[1]
  return { ...fileResult(now, 'dest'), ...(md5 === undefined ? {} : { md5sum: md5 }) }
}

function wantedMode(mode: string | undefined, from: Stat): Mode | undefined {
  if (mode === undefined) return undefined
  return mode === 'preserve' ? { octal: from.mode } : parseMode(mode)
}
