import { deleteActivation, listActivations } from '../../aws/activations.ts'
import { AwsFailure } from '../../aws/errors.ts'
import { CONTROLLER_TAG, controllerName, RUN_TAG } from '../../aws/tags.ts'
import type { RunState } from '../run-state.ts'
import { type EarlierRun, earlierRuns } from './earlier-runs.ts'

/**
 * Deletes the activations that earlier runs of this controller died before deleting, or could not delete: the journal names the
 * region before an activation is made, the tags find it, so that one which was made and never journaled (killed in
 * between) is found too. Activations of runs that still live are left alone.
 */
export async function deleteOrphans(run: RunState, stateFolder: string): Promise<void> {
  if (run.options.check) return
  const earlier = (await earlierRuns(stateFolder)).filter((each) => each.run !== run.context.id)
  const cleaned = new Set(earlier.flatMap((each) => each.cleaned))
  for (const dead of earlier) {
    if (dead.alive || dead.regions.length === 0 || cleaned.has(dead.run)) continue
    try {
      for (const region of dead.regions) await deleteActivationsOf(run, dead, region)
    } catch (error) {
      // This run may have nothing to do with AWS. The next one tries again.
      if (!(error instanceof AwsFailure)) throw error
      run.emit({
        type: 'warning',
        message: `cleaning up after the earlier run ${dead.run}: ${error.message}`,
      })
      continue
    }
    await run.context.journal({ event: 'orphans-deleted', of: dead.run })
  }
}

async function deleteActivationsOf(run: RunState, dead: EarlierRun, region: string): Promise<void> {
  const clients = await run.context.aws(region)
  const tags = { [RUN_TAG]: dead.run, [CONTROLLER_TAG]: controllerName() }
  // Those that the journal knows too: not every AWS region has always told an activation's tags.
  const journaled = dead.activations.filter((each) => each.region === region).map(({ id }) => id)
  const tagged = (await listActivations(clients, tags)).map(({ id }) => id)
  for (const id of new Set([...journaled, ...tagged]))
    if (await deleteActivation(clients, id)) run.emit({ type: 'activation', what: 'orphan-deleted', id })
}
