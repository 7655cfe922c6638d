import { deleteActivation, listActivations } from '../aws/activations.ts'
import { CONTROLLER_TAG, controllerName, RUN_TAG } from '../aws/tags.ts'
import { earlierRuns } from './journal.ts'
import type { RunState } from './run-state.ts'

/**
 * Deletes the activations of earlier runs of this controller that died before they could: the journal names the
 * region before an activation is made, the tags find it, so that one which was made and never journaled (killed in
 * between) is found too. Activations of runs that still live are left alone.
 */
export async function deleteOrphans(run: RunState, stateFolder: string): Promise<void> {
  if (run.options.check) return
  const earlier = (await earlierRuns(stateFolder)).filter((each) => each.run !== run.context.id)
  const cleaned = new Set(earlier.flatMap((each) => each.cleaned))
  for (const dead of earlier) {
    if (dead.ended || dead.alive || dead.regions.length === 0 || cleaned.has(dead.run)) continue
    for (const region of dead.regions) {
      const clients = await run.context.aws(region)
      const tags = { [RUN_TAG]: dead.run, [CONTROLLER_TAG]: controllerName() }
      for (const activation of await listActivations(clients, tags)) {
        await deleteActivation(clients, activation.id)
        run.emit({ type: 'activation', what: 'orphan-deleted', id: activation.id })
      }
    }
    await run.context.journal({ event: 'orphans-deleted', of: dead.run })
  }
}
