import { TaskFailure } from '../../values/task-failure.ts'
import type { Looked } from '../batch/batch-control.ts'
import { guessProbes, type StepGuess } from './ahead.ts'
import type { Step } from './flow/steps.ts'
import { obey } from './item-run.ts'
import type { HostSession } from './session.ts'

/**
 * Reads the state of what the batch opens, waits until the whole batch has, and learns whether it may go on.
 * @param steps all tasks of the play
 * @returns what they will probably need
 */
export async function lookWithBatch(
  session: HostSession,
  steps: readonly Step[],
): Promise<readonly StepGuess[]> {
  const { batch, host, link } = session
  const guesses = await guessProbes(session.aheadStandpoint(), steps)
  const members: Looked[] = []
  for (const { step, seen } of guesses) {
    const [item] = seen.items
    if (seen.evaluated.module.batch === undefined || item === undefined) continue
    try {
      const answers = await link.ask(item.identity, item.probes, async () => guesses)
      members.push({
        host: host.name,
        module: step.task.module,
        params: item.params as never,
        answers: answers as never,
      })
    } catch (error) {
      // What cannot be read fails at its own turn.
      if (!(error instanceof TaskFailure)) session.notReached(error, seen.evaluated.name)
    }
  }
  obey(session, await session.waiting(() => batch.looked(host.name, members)), undefined)
  return guesses
}
