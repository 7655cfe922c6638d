import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Action, ActionResult, ModuleContext, Outcome } from '../module.ts'
import { attributeChange, attributeDiff, setAttributes } from './attributes.ts'
import { makeDirectories } from './directories.ts'
import { readDone, runPrelude } from './done.ts'
import { fileResult, stateOf } from './file-result.ts'
import type { FileParameters, FileState } from './file-state.ts'
import { applyMode, type Mode, parseMode } from './modes.ts'
import { type PathFacts, readPath } from './observe-path.ts'
import { type Owners, requireOwners } from './owners.ts'
import { madeDiff } from './planned.ts'

/** A directory with its parents; with `recurse`, owner, group and mode of all below. */
export async function* convergeDirectory(
  params: FileParameters,
  state: FileState,
  context: ModuleContext,
): AsyncGenerator<Action, Outcome, ActionResult> {
  const { facts, owners } = state
  const { runs } = owners
  const followed = params.follow ? facts.target : null
  const path = followed?.path ?? facts.path
  const stat = followed?.stat ?? facts.stat
  const mode = params.mode === undefined ? undefined : parseMode(params.mode)
  if (stat !== null && stat.kind !== 'directory')
    throw new TaskFailure(`${path} already exists as a ${stateOf(stat)}`, {
      result: fileResult({ path, stat }, 'path'),
      hint: 'remove it first (state: absent), or name another path',
    })
  if (!context.check) requireOwners(owners)
  if (stat === null) {
    const made = { uid: runs.uid, gid: runs.gid, mode: 0o777 & ~runs.umask }
    const bits =
      mode === undefined
        ? undefined
        : applyMode(mode, { mode: made.mode, directory: true, umask: runs.umask })
    const output = yield {
      kind: 'run',
      says: `make directory ${path}`,
      diff: [madeDiff(path, 'directory', owners, made, bits)],
      predicted: { path, state: 'directory' },
      script: lines([
        runPrelude,
        sh`m_p=${withoutSlash(path)}`,
        makeDirectories(sh`$m_p`, bits, owners),
        sh`printf '\0done\0'; m_path ${path} ''`,
      ]),
    }
    return { result: directoryResult(output, path) }
  }
  const own = attributeChange(stat, owners, mode)
  const below = state.below.flatMap((entry) => changeBelow(entry, owners, mode, params.follow))
  if (own === null && below.length === 0) return { result: fileResult({ path, stat }, 'path') }
  const output = yield {
    kind: 'run',
    says:
      below.length === 0
        ? `set attributes of ${path}`
        : `set attributes of ${path} and ${below.length} below`,
    diff: own === null ? [] : [attributeDiff(path, stat, own)],
    predicted: fileResult({ path, stat }, 'path'),
    script: lines([
      runPrelude,
      ...below,
      ...(own === null ? [] : [sh`m_p=${path}`, setAttributes(sh`$m_p`, own, sh`m_fail`)]),
      sh`printf '\0done\0'; m_path ${path} ''`,
    ]),
  }
  return { result: directoryResult(output, path) }
}

function directoryResult(output: ActionResult, path: string) {
  try {
    return fileResult(readPath(readDone(output, path)), 'path')
  } catch (error) {
    throw error instanceof TaskFailure ? error.with({ path, changed: false }) : error
  }
}

/** A link below gets the owner itself; mode and owner go to its target when links are followed. */
function changeBelow(entry: PathFacts, owners: Owners, mode: Mode | undefined, follow: boolean): ShellText[] {
  if (entry.stat === null) return []
  if (entry.link === null) {
    const change = attributeChange(entry.stat, owners, mode)
    return change === null ? [] : [sh`m_p=${entry.path}`, setAttributes(sh`$m_p`, change, sh`m_fail`)]
  }
  const steps: ShellText[] = []
  const own = attributeChange(entry.stat, owners, undefined)
  if (own !== null) steps.push(linkOwner(entry.path, own.uid, own.gid))
  const target = follow ? entry.target : null
  const change = target === null ? null : attributeChange(target.stat, owners, mode)
  if (target !== null && change !== null)
    steps.push(sh`m_p=${target.path}`, setAttributes(sh`$m_p`, change, sh`m_fail`))
  return steps
}

/** Owner and group of a link itself. */
export function linkOwner(path: string, uid: number | undefined, gid: number | undefined): ShellText {
  return sh`LC_ALL=C chown -h -- ${`${uid ?? ''}${gid === undefined ? '' : `:${gid}`}`} ${path} || m_fail owner`
}

function withoutSlash(path: string): string {
  return path.replace(/(?<=.)\/+$/, '')
}
