import { TaskFailure } from '../../../values/task-failure.ts'
import type { Action, ActionResult, ModuleContext, Outcome } from '../../module.ts'
import { changeAttributes } from '../attributes/change-attributes.ts'
import { fileResult } from '../attributes/file-result.ts'
import { parseMode } from '../attributes/modes.ts'
import { requireOwners } from '../attributes/owners.ts'
import { timeSteps } from '../attributes/time-steps.ts'
import { type FileParameters, type FileState, followed } from './file-state.ts'

/** `state: file`, or none: keeps what is there and sets owner, group and mode. */
export async function* convergeExisting(
  params: FileParameters,
  state: FileState,
  context: ModuleContext,
): AsyncGenerator<Action, Outcome, ActionResult> {
  const { owners } = state
  const itself = followed(params, state)
  const { path, stat } = itself
  if (stat === null)
    throw new TaskFailure(`file (${path}) is absent, cannot continue`, {
      result: { path, state: 'absent' },
      hint: 'state: touch makes an empty file, state: directory a directory',
    })
  if (params.state === 'file' && stat.kind !== 'file')
    throw new TaskFailure(`file (${path}) is ${stat.kind}, cannot continue`, {
      result: fileResult({ path, stat }, 'path'),
    })
  if (!context.check) requireOwners(owners)
  const mode = params.mode === undefined || stat.kind === 'link' ? undefined : parseMode(params.mode)
  const place = itself.place()
  const times = timeSteps(params, state.times, 'preserve').map(({ script }) => script)
  return { result: yield* changeAttributes({ path, place, stat }, owners, mode, 'path', times) }
}
