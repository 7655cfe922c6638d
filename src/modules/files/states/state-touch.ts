import { lines, type ShellText, sh } from '../../../shell/sh.ts'
import { TaskFailure } from '../../../values/task-failure.ts'
import { dict } from '../../../values/value.ts'
import type { Action, ActionResult, ModuleContext, Outcome } from '../../module.ts'
import { attributeChange, attributeSteps, setAttributes } from '../attributes/attributes.ts'
import { fileResult, stateOf } from '../attributes/file-result.ts'
import { applyMode, parseMode } from '../attributes/modes.ts'
import { requireOwners } from '../attributes/owners.ts'
import { timeSteps } from '../attributes/time-steps.ts'
import { printDone, readChanged } from '../done.ts'
import { enter, holdPrelude } from '../enter.ts'
import { madeDiff } from '../planned.ts'
import { effectOn } from '../touches.ts'
import { type Place, realPath } from '../trust.ts'
import { type FileParameters, type FileState, followed } from './file-state.ts'

/** An empty file, or the times of one that is there (both now, unless told otherwise). */
export async function* convergeTouch(
  params: FileParameters,
  state: FileState,
  context: ModuleContext,
): AsyncGenerator<Action, Outcome, ActionResult> {
  const { owners, times } = state
  const itself = followed(params, state)
  const { path, stat } = itself
  const { runs } = owners
  if (!context.check) requireOwners(owners)
  const mode = params.mode === undefined ? undefined : parseMode(params.mode)
  const steps = timeSteps(params, times, 'now')
  const made = stat ?? {
    kind: 'file' as const,
    mode: 0o666 & ~runs.umask,
    uid: runs.uid,
    gid: runs.gid,
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
  const place = itself.place()
  const work =
    stat === null
      ? makeFile(place, [
          ...(change === null ? [] : setAttributes([`./${place.name}`], change)),
          ...steps.filter((step) => !step.now).map(({ script }) => script),
        ])
      : attributeSteps([{ place, stat, change, more: steps.map(({ script }) => script) }])
  const output = yield {
    kind: 'run',
    says: `touch ${path}`,
    diff: [diff],
    predicted: { dest: path },
    ...effectOn([realPath(place)]),
    script: lines([holdPrelude, work, printDone(path)]),
  }
  try {
    return { result: fileResult(readChanged(output, path), 'dest') }
  } catch (error) {
    throw error instanceof TaskFailure ? error.with({ path, changed: false }) : error
  }
}

/** An empty file, which is as it shall be before others can see it. */
function makeFile(place: Place, steps: readonly ShellText[]): ShellText {
  const name = `./${place.name}`
  return lines([
    sh`cd -- ${place.directory} || m_fail touch`,
    enter(place, sh`m_fail touch`),
    sh`m_f=${name}; ( set -C; : >${name} ) || m_fail touch`,
    ...steps,
    ...(place.trusted ? [] : [sh`LC_ALL=C mv -fT -- ${name} ${`../${place.name}`} || m_fail touch; m_leave`]),
  ])
}
