import { posix } from 'node:path'
import type { Digest } from '../../../probes/digest.ts'
import type { PathFacts, Stat } from '../../../probes/stat.ts'
import { lines, type ShellText, sh } from '../../../shell/sh.ts'
import { TaskFailure } from '../../../values/task-failure.ts'
import type { Value } from '../../../values/value.ts'
import type { Action, ActionResult, ModuleContext } from '../../module.ts'
import type { Text } from '../../parameters.ts'
import { changeAttributes } from '../attributes/change-attributes.ts'
import { fileResult } from '../attributes/file-result.ts'
import { applyMode, type Mode, parseMode } from '../attributes/modes.ts'
import { type Owners, requireOwners } from '../attributes/owners.ts'
import type { Destination } from '../content/destination.ts'
import { type PlaceParameters, parentsOf, validateWords } from '../content/place-file.ts'
import { effectOf } from '../content/write-file.ts'
import { fillScript, type Placement } from '../content/write-script.ts'
import { readDone, readState } from '../done.ts'
import { madeDirectory } from './directories.ts'

export interface RemoteCopyParameters extends PlaceParameters {
  readonly owner: Text | undefined
  readonly group: Text | undefined
  readonly directory_mode: string | undefined
  /** Missing: links of the controller are followed, those of the host copied. */
  readonly local_follow: boolean | undefined
  /** SHA-1 that a file must have. */
  readonly checksum: Text | undefined
}

/** One file that is copied on the host. */
export interface RemoteFile {
  readonly source: PathFacts
  readonly sum: Digest
  /** Of a new file, unless the task names a mode. */
  readonly made: 'as the umask has it' | 'as the source'
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
    throw new TaskFailure(`Source ${source.path} is no file or folder`, {
      hint: 'what is no file cannot be copied',
    })
  if (sum.kind !== 'file') throw new TaskFailure(`Source ${source.path} not readable`)
  if (dest.stat?.kind === 'directory') throw new TaskFailure(`${dest.path} is a directory`)
  if (!params.force && dest.stat !== null) return null
  if (!context.check) requireOwners(owners)
  const own = copiedMode(from, owners)
  const wanted = wantedMode(params.mode, own)
  const there = state.place ?? trust.placeOf(dest)
  if (dest.stat?.kind === 'file' && state.sha256 === sum.sha256)
    return yield* changeAttributes({ path: dest.path, place: there, stat: dest.stat }, owners, wanted, 'dest')
  const { umask } = owners.runs
  const base = dest.stat?.kind === 'file' || made === 'as the source' ? own : 0o666 & ~umask
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
    validate: validateWords(params.validate),
    unsafeWrites: params.unsafe_writes,
  }
  const output = yield {
    kind: 'run',
    says: `copy ${source.path} to ${dest.path}`,
    predicted: { dest: dest.path, src: source.path },
    ...effectOf(placement),
    script: lines([
      fillScript(
        placement,
        sh`${made === 'as the source' ? readHeld(source, from) : readNamed(source.path)}
printf '\0md5 %s\0' "$(md5sum <"./$m_t" 2>/dev/null)"`,
      ),
    ]),
  }
  const now = readState(readDone(output, dest.path), dest.path)
  const md5 = /\0md5 ([0-9a-f]{32})/.exec(output.stdout.toString('latin1'))?.[1]
  return { ...fileResult(now, 'dest'), ...(md5 === undefined ? {} : { md5sum: md5 }) }
}

/** Reads what the name stands for, wherever links lead. */
function readNamed(source: string): ShellText {
  const path = source.startsWith('/') ? source : `./${source}`
  return sh`m_src=${path}; case $m_src in /*) ;; *) m_src=$m_start/$m_src ;; esac
{ LC_ALL=C cat <"$m_src" >"./$m_t" && LC_ALL=C touch -r "$m_src" -- "./$m_t"; } || m_fail write`
}

/**
 * Reads that very file and no other: whoever may write to the folder could put a link to something of root's in its
 * place, and would find a copy with the mode of the file that was there before.
 */
function readHeld({ path }: PathFacts, { identity, mtime }: Stat): ShellText {
  const name = `./${posix.basename(path)}`
  return sh`( m_hold ${posix.dirname(path)} && exec 3<${name} && [ "$(LC_ALL=C stat -c %d:%i -- ${name})" = ${identity} ] &&
  [ "$(LC_ALL=C stat -L -c %d:%i /proc/self/fd/3)" = ${identity} ] && LC_ALL=C cat <&3 ) >"./$m_t" || m_fail source
LC_ALL=C touch -d ${`@${mtime}`} -- "./$m_t" || m_fail write`
}

/** The source's mode, less the bits by which a copy would run as somebody else than the source did. */
function copiedMode({ mode, uid, gid }: Stat, { uid: owner, gid: group, runs }: Owners): number {
  const setuid = uid === (owner ?? runs.uid) ? 0 : 0o4000
  const setgid = uid === (owner ?? runs.uid) && gid === (group ?? runs.gid) ? 0 : 0o2000
  return mode & ~(setuid | setgid)
}

function wantedMode(mode: string | undefined, own: number): Mode | undefined {
  if (mode === undefined) return undefined
  return mode === 'preserve' ? { octal: own } : parseMode(mode)
}
