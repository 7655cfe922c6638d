import { posix } from 'node:path'
import { assignPath } from '../../probes/expand-path.ts'
import { field, readFields } from '../../probes/fields.ts'
import type { Probe } from '../../probes/probe.ts'
import { scriptProbe } from '../../probes/script.ts'
import { lines, sh } from '../../shell/sh.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { plain } from '../host/text.ts'
import type { Action, ActionResult, ModuleContext, Outcome } from '../module.ts'
import type { Text } from '../parameters.ts'
import { changeAttributes } from './change-attributes.ts'
import { readDone } from './done.ts'
import { fileResult } from './file-result.ts'
import { applyMode, parseMode } from './modes.ts'
import { observePath, type PathFacts, pathFunctions, readPaths } from './observe-path.ts'
import { type Owners, ownersScript, readOwners, requireOwners } from './owners.ts'
import { directoryBits, type PlaceParameters, validateWords } from './place-file.ts'
import { type Placement, temporaryName, writeScript } from './write-script.ts'

/** A copy on the host itself (`remote_src`), of one file. */
export interface RemoteCopy {
  readonly source: PathFacts
  readonly dest: PathFacts
  readonly owners: Owners
  /** SHA-1 of the source, for the result. */
  readonly sha1: string
  readonly umask: number
}

export interface RemoteCopyParameters extends PlaceParameters {
  readonly owner: Text | undefined
  readonly group: Text | undefined
  readonly directory_mode: string | undefined
}

/** Reads source and target in one script. */
export function observeRemoteCopy(src: string, params: RemoteCopyParameters): Probe<RemoteCopy> {
  const name = posix.basename(src)
  const into = sh`case $m_p in */) m_p="$m_p"${name} ;; *) m_p=$m_p/${name} ;; esac`
  return scriptProbe(
    lines([
      pathFunctions,
      ownersScript(params.owner, params.group),
      assignPath('m_p', src),
      observePath(sh`$m_p`, true),
      sh`[ ! -f "$m_p" ] || { m_s=$(sha1sum < "$m_p" 2>/dev/null); printf 'sha\0%s\0' "\${m_s%% *}"; }`,
      assignPath('m_p', params.dest),
      params.dest.endsWith('/') ? into : sh`if [ -d "$m_p" ]; then ${into}; fi`,
      observePath(sh`$m_p`, true),
    ]),
    (output) => {
      const fields = readFields(output, `look at ${params.dest}`)
      const [source, dest] = readPaths(fields)
      if (source === undefined || dest === undefined)
        throw new TaskFailure("the host's answer makes no sense (two paths were asked for)")
      const owners = readOwners(fields, params.owner, params.group)
      return {
        source,
        dest,
        owners,
        sha1: field(fields, 'sha')?.toString('latin1') ?? '',
        umask: owners.runs.umask,
      }
    },
  )
}

/**
 * Copies on the host. A new file gets 0666 less the umask, a replaced one the source's mode and the running user as
 * owner (facts/modules.md, copy: remote_src), and both the source's time.
 */
export async function* convergeRemoteCopy(
  params: RemoteCopyParameters,
  state: RemoteCopy,
  context: ModuleContext,
): AsyncGenerator<Action, Outcome, ActionResult> {
  const { source, dest, owners } = state
  const from = source.target?.stat ?? source.stat
  if (from === null) throw new TaskFailure(`Source ${source.path} not found`)
  if (from.kind !== 'file')
    throw new TaskFailure(`Source ${source.path} is no file`, {
      hint: 'muster copies single files with remote_src; use command: cp -a for a directory',
    })
  if (source.unreadable) throw new TaskFailure(`Source ${source.path} not readable`)
  if (dest.stat?.kind === 'directory') throw new TaskFailure(`${dest.path} is a directory`)
  if (!params.force && dest.stat !== null) return { result: { dest: dest.path, src: source.path } }
  if (!context.check) requireOwners(owners)
  const wanted =
    params.mode === undefined
      ? undefined
      : params.mode === 'preserve'
        ? { octal: from.mode }
        : parseMode(params.mode)
  const result = { src: source.path, checksum: state.sha1 }
  if (dest.stat?.kind === 'file' && dest.sha256 === source.sha256) {
    const attributes = yield* changeAttributes(dest.path, dest.stat, owners, wanted, 'dest')
    return { result: { ...attributes, ...result } }
  }
  const base = dest.stat?.kind === 'file' ? from.mode : 0o666 & ~state.umask
  const bits =
    wanted === undefined ? base : applyMode(wanted, { mode: base, directory: false, umask: state.umask })
  const placement: Placement = {
    dest: dest.path,
    // Owner and mode of the old file are lost, as Ansible loses them.
    old: null,
    owners,
    mode: bits,
    sha256: source.sha256,
    parents: params.dest.endsWith('/') ? { mode: directoryBits(params.directory_mode, state.umask) } : null,
    backup: params.backup && dest.stat !== null,
    validate: validateWords(plain(params.validate)),
    unsafeWrites: params.unsafe_writes,
  }
  const output = yield {
    kind: 'run',
    says: `copy ${source.path} to ${dest.path}`,
    predicted: { dest: dest.path, ...result },
    script: lines([
      writeScript(
        placement,
        temporaryName(dest.path),
        sh`m_src=${source.path}
{ LC_ALL=C cat < "$m_src" > "$m_tmp" && LC_ALL=C touch -r "$m_src" -- "$m_tmp"; } || m_fail write`,
      ),
      sh`printf 'md\0%s\0' "$(md5sum < "$m_dest" 2>/dev/null)"`,
    ]),
  }
  const fields = readDone(output, dest.path)
  const md5 = /^[0-9a-f]{32}/.exec(field(fields, 'md')?.toString('latin1') ?? '')?.[0]
  const [now] = readPaths(fields)
  if (now === undefined) throw new TaskFailure("the host's answer makes no sense (no path)")
  return { result: { ...fileResult(now, 'dest'), ...result, ...(md5 === undefined ? {} : { md5sum: md5 }) } }
}
