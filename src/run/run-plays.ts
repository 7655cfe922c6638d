import { formatProblem, InputError, type Problem } from '../values/problem.ts'
import { type PlannedPlay, planPlay } from './batch/plan-play.ts'
import { cancelRest, runPlay, type Stop } from './batch/play-run.ts'
import type { Semaphore } from './batch/semaphore.ts'
import { checkAgain } from './preflight/preflight.ts'
import type { RunState } from './run-state.ts'

/**
 * Runs plays one after the other, until one stops the rest. When tasks have added hosts or groups to the inventory, the plays
 * that follow are decided anew, and their new hosts checked, before they begin.
 * @returns whether more hosts were lost than max_fail_percentage allows
 */
export async function runPlays(
  run: RunState,
  planned: readonly PlannedPlay[],
  slots: Semaphore,
): Promise<boolean> {
  const plays = [...planned]
  const { version } = run.fleet
  for (const [index, before] of planned.entries()) {
    const stop =
      run.fleet.version === version
        ? await runPlay(run, before, slots, index)
        : await runGrown(run, plays, index, slots)
    if (stop === undefined) continue
    cancelRest(run, stop, plays.slice(index + 1))
    return stop.overBudget === true
  }
  return false
}

/** A play that is decided when it begins, since tasks have added to the inventory. Its plan takes its place in `plays`. */
async function runGrown(
  run: RunState,
  plays: PlannedPlay[],
  index: number,
  slots: Semaphore,
): Promise<Stop | undefined> {
  const before = plays[index] as PlannedPlay
  const planned = planPlay(run, before.play, true)
  try {
    for (const warning of await checkAgain(run, plays, index, planned))
      run.emit({ type: 'warning', message: inALine(warning) })
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return refused(run, planned, before, error)
  }
  plays[index] = planned
  return runPlay(run, planned, slots, index)
}

/** Something of what was added is wrong: nothing of the play is begun. */
function refused(run: RunState, planned: PlannedPlay, before: PlannedPlay, { problems }: InputError): Stop {
  const reason = `the play '${planned.name}' was not begun: ${problems.map(inALine).join('; ')}`
  run.emit({ type: 'stopped', reason })
  for (const host of planned.hosts.filter((name) => !before.hosts.includes(name))) {
    run.hostState(host).gone = 'failed'
    run.failures.push({ host, task: undefined, status: 'failed', message: reason, hint: undefined })
  }
  return { reason, notStarted: planned.hosts }
}

/** A warning is one event, and a log has a line an event. */
export function inALine({ hint, ...problem }: Problem): string {
  return hint === undefined ? formatProblem(problem) : `${formatProblem(problem)} (${hint})`
}
