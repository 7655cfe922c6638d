import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { dict, type Value } from '../../values/value.ts'
import { plain } from '../host/text.ts'
import type { Action, ActionResult, ModuleContext, Outcome } from '../module.ts'
import { attributeChange, setAttributes } from './attributes.ts'
import { readDone, runPrelude } from './done.ts'
import { fileResult, stateOf } from './file-result.ts'
import type { FileParameters, FileState } from './file-state.ts'
import { applyMode, parseMode } from './modes.ts'
import { readPath } from './observe-path.ts'
import { requireOwners } from './owners.ts'
import { madeDiff } from './planned.ts'
import { parseTime } from './times.ts'

/** An empty file, or the times of one that is there (both now, unless told otherwise). */
export async function* convergeTouch(
  params: FileParameters,
  state: FileState,
  context: ModuleContext,
): AsyncGenerator<Action, Outcome, ActionResult> {
  const { facts, owners, times } = state
  const followed = params.follow ? facts.target : null
  const path = followed?.path ?? facts.path
  const stat = followed?.stat ?? facts.stat
  const { runs } = owners
  if (!context.check) requireOwners(owners)
  const mode = params.mode === undefined ? undefined : parseMode(params.mode)
  const access = wish(params.access_time, params.access_time_format)
  const modification = wish(params.modification_time, params.modification_time_format)
  const steps = [
    timeStep(sh`-a`, access, times?.access),
    timeStep(sh`-m`, modification, times?.modification),
  ].filter((step) => step !== null)
  const made = stat ?? {
    kind: 'file' as const,
    type: 8,
    mode: 0o666 & ~runs.umask,
    uid: runs.uid,
    gid: runs.gid,
    size: 0,
    atime: 0,
    mtime: 0,
    links: 1,
    identity: '',
    owner: '',
    group: '',
  }
  const change = attributeChange(made, owners, mode)
  if (stat !== null && steps.length === 0 && change === null)
    return { result: fileResult({ path, stat }, 'dest') }
  const bits =
    mode === undefined ? undefined : applyMode(mode, { mode: made.mode, directory: false, umask: runs.umask })
  const diff =
    stat === null
      ? madeDiff(path, 'touch', owners, made, bits)
      : { before: dict({ path, state: stateOf(stat) }), after: dict({ path, state: 'touch' }) }
  const output = yield {
    kind: 'run',
    says: `touch ${path}`,
    diff: [diff],
    predicted: { dest: path },
    script: lines([
      runPrelude,
      sh`m_p=${path}`,
      // `>>` makes the file and leaves the times of one that is there to touch.
      ...(stat === null ? [sh`( : >> "$m_p" ) || m_fail touch`] : []),
      ...(change === null ? [] : [setAttributes(sh`$m_p`, change, sh`m_fail`)]),
      ...(stat === null ? steps.filter((step) => !step.now) : steps).map((step) => step.script),
      sh`printf '\0done\0'; m_path "$m_p" ''`,
    ]),
  }
  try {
    return { result: fileResult(readPath(readDone(output, path)), 'dest') as Record<string, Value> }
  } catch (error) {
    throw error instanceof TaskFailure ? error.with({ path, changed: false }) : error
  }
}

type Wish = 'now' | 'preserve' | { readonly stamp: string; readonly shown: string }

function wish(time: FileParameters['access_time'], format: FileParameters['access_time_format']): Wish {
  const text = plain(time)
  if (text === undefined || text === 'now') return 'now'
  if (text === 'preserve') return 'preserve'
  return parseTime(text, plain(format))
}

function timeStep(
  which: ShellText,
  wanted: Wish,
  found: string | undefined,
): { readonly script: ShellText; readonly now: boolean } | null {
  if (wanted === 'preserve') return null
  if (wanted === 'now') return { now: true, script: sh`LC_ALL=C touch -c ${which} -- "$m_p" || m_fail touch` }
  if (found === wanted.shown) return null
  return { now: false, script: sh`LC_ALL=C touch -c ${which} -t ${wanted.stamp} -- "$m_p" || m_fail touch` }
}
