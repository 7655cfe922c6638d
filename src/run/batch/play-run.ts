import { allTasksIn } from '../../playbook/entries.ts'
import { HostRun } from '../host/host-run.ts'
import type { RunState } from '../run-state.ts'
import { forPlay } from '../scope/play-homes.ts'
import { readPlayVariables } from '../scope/play-variables.ts'
import { BatchControl } from './batch-control.ts'
import type { PlannedPlay } from './plan-play.ts'
import { afterWave } from './rollout/between-waves.ts'
import { type Budget, lostHosts, overBudget } from './rollout/budget.ts'
import type { PlannedRollout } from './rollout/plan-rollout.ts'
import type { Semaphore } from './semaphore.ts'
import { BEHIND_ALL } from './turn.ts'

/** Why the rest of a playbook must not start. */
export interface Stop {
  readonly reason: string
  /** More hosts were lost than max_fail_percentage allows. */
  readonly overBudget?: true
  /** Hosts of the play whose batch was not begun. */
  readonly notStarted: readonly string[]
}

/** Runs a play. Gives a reason when the rest of the playbook must not start. */
export async function runPlay(
  whole: RunState,
  planned: PlannedPlay,
  slots: Semaphore,
  playIndex: number,
): Promise<Stop | undefined> {
  const { play, name, hosts, sections, rollout } = planned
  const run = forPlay(whole, play)
  const tasks = sections.flatMap(allTasksIn)
  for (const { message } of planned.unknown)
    run.emit({ type: 'warning', message: `Could not match supplied host pattern, ignoring: ${message}` })
  if (hosts.length === 0) {
    run.emit({ type: 'no-hosts', play: name })
    return undefined
  }
  run.emit({ type: 'play-started', play: name, hosts, batches: planned.batches.length, tasks: tasks.length })
  const budget: Budget = {
    hosts,
    allowed: rollout?.budget,
    countsUnreachable: rollout?.countsUnreachable ?? true,
  }
  const limits = {
    maxFailPercentage: planned.maxFailPercentage,
    overBudget: () => overBudget(run, budget),
  }
  const left = [...planned.batches]
  for (let number = 1; left.length > 0; number += 1) {
    const stop = (reason: string): Stop => ({ reason, notStarted: left.flat() })
    if (run.signal.aborted) return stop('interrupted')
    const living = left.shift()!.filter((host) => run.hostState(host).gone === undefined)
    if (living.length === 0) continue
    const lost = lostHosts(run, budget).length
    const room = rollout?.maxUnavailable === undefined ? living.length : rollout.maxUnavailable - lost
    if (room <= 0) {
      left.unshift(living)
      const reason = `${lost} hosts are lost: max_unavailable ${rollout!.maxUnavailable} leaves none to work on`
      run.emit({ type: 'stopped', reason })
      return { ...stop(reason), overBudget: true }
    }
    // What has no room now is a wave of its own.
    if (room < living.length) left.unshift(living.splice(room))
    run.emit({
      type: 'batch-started',
      play: name,
      batch: number,
      batches: number + left.length,
      hosts: living,
    })
    await run.context.journal({ event: 'batch', play: name, batch: number, hosts: living })
    const turn = run.progress.begin(living, planned.strategy === 'free')
    const control = await BatchControl.create(run, living, slots, limits, tasks)
    try {
      await Promise.all(
        living.map(async (host) => {
          const state = run.hostState(host)
          // It may have ended an earlier play.
          state.goneAt = BEHIND_ALL
          state.inPlay = true
          const shape = { play, name, allHosts: hosts, batch: living, tasks, facts: planned.facts }
          const variables = await readPlayVariables(run, state, shape)
          const { handlers } = play
          const { flushes, forcesHandlers, facts } = planned
          const work = {
            variables,
            sections,
            handlers,
            flushes,
            forcesHandlers,
            facts,
            turn,
            index: playIndex,
          }
          await new HostRun(run, state, work, control).run()
        }),
      )
    } finally {
      await control.close()
    }
    run.emit({ type: 'batch-ended', play: name, batch: number, failed: control.lostHosts })
    const worked = living.filter((host) => run.hostState(host).gone !== 'cancelled')
    const isLost = allLost(run, living) && !bearsLoss(rollout, number)
    const ended = control.stopReason ?? (isLost ? `all hosts of ${placeOf()} failed` : undefined)
    let broken = ended
    if (rollout !== undefined && worked.length > 0) {
      const wave = { run, play, name, number, hosts: worked, facts: planned.facts, slots, index: playIndex }
      const isLast = left.length === 0 || control.endsPlay
      broken = await afterWave(wave, rollout, { broken: ended, isLast })
    }
    // A fleet in batches must not end with all of it connected; a later play connects again.
    if (number > 1 || left.length > 0) await disconnect(run, living)
    if (run.signal.aborted) return stop('interrupted')
    if (broken === undefined && control.endsPlay) return undefined
    if (broken === undefined) continue
    if (broken === control.stopReason) return { ...stop(broken), overBudget: true }
    // Nobody is left to show that the next batch would fare better.
    if (broken === ended && left.length > 0) run.emit({ type: 'stopped', reason: broken })
    return stop(broken)

    function placeOf(): string {
      return number > 1 || left.length > 0 ? `batch ${number} of play '${name}'` : `play '${name}'`
    }
  }
  return undefined
}

/** Whether a wave may be lost whole: the budget says how much may be lost, but the canary is there to be heeded. */
function bearsLoss(rollout: PlannedRollout | undefined, number: number): boolean {
  return rollout?.budget !== undefined && !(rollout.hasCanary && number === 1)
}

/** Whether no host of a batch is left; those that were not to be touched now say nothing. */
function allLost(run: RunState, hosts: readonly string[]): boolean {
  const ends = hosts.map((host) => run.hostState(host).gone)
  return ends.every((gone) => gone !== undefined) && ends.some((gone) => gone !== 'cancelled')
}

/** Gives the hosts that had no turn, of a play that stopped and of those after it, their one result. */
export function cancelRest(run: RunState, stop: Stop, later: readonly PlannedPlay[]): void {
  const hosts = new Set([...stop.notStarted, ...later.flatMap((planned) => planned.hosts)])
  const message = `not started: ${stop.reason}`
  for (const host of hosts)
    if (run.hosts.get(host)?.gone === undefined)
      run.failures.push({ host, task: undefined, status: 'cancelled', message, hint: undefined })
}

async function disconnect(run: RunState, hosts: readonly string[]): Promise<void> {
  await Promise.all(
    hosts.map(async (name) => {
      const host = run.hostState(name)
      const connection = host.connection
      host.connection = undefined
      await connection?.close()
    }),
  )
}
