import { hostname } from 'node:os'
import { earlierRuns } from './journal.ts'
import type { RunState } from './run-state.ts'

/** Tag keys of everything a run makes in the account. */
export const RUN_TAG = 'muster:run'
export const CONTROLLER_TAG = 'muster:controller'

/** Who made it: this machine's name; runs of other controllers are not ours to clean up. */
export function controllerName(): string {
  return hostname()
}

/**
 * Deletes activations of earlier runs that died before they could: those whose run's journal is here and whose
 * process is gone, and any of muster's that have expired. Found by their tags, so that one which was made and never
 * journaled (killed in between) is found too.
 */
export async function deleteOrphans(run: RunState, stateFolder: string): Promise<void> {
  const dead = new Set(
    (await earlierRuns(stateFolder))
      .filter((earlier) => !earlier.ended && !earlier.alive && earlier.run !== run.context.id)
      .map((earlier) => earlier.run),
  )
  if (dead.size === 0 || run.options.check) return
  for (const region of await regionsOf(run, stateFolder, dead)) {
    const { listActivations, deleteActivation } = await import('../aws/activations.ts')
    const clients = await run.context.aws(region)
    for (const activation of await listActivations(clients)) {
      const owner = activation.tags.get(RUN_TAG)
      if (owner === undefined || !dead.has(owner)) continue
      await deleteActivation(clients, activation.id)
      await run.context.journal({ event: 'orphan-deleted', id: activation.id, of: owner })
      run.emit({ type: 'activation', what: 'orphan-deleted', id: activation.id })
    }
  }
}
