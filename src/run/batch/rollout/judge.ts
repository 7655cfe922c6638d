import { allTasksIn } from '../../../playbook/entries.ts'
import type { Entry, Play } from '../../../playbook/playbook.ts'
import type { Value } from '../../../values/value.ts'
import { HostRun } from '../../host/host-run.ts'
import type { RunState } from '../../run-state.ts'
import type { FactPlan } from '../../scope/facts.ts'
import { readPlayVariables } from '../../scope/play-variables.ts'
import { BatchControl } from '../batch-control.ts'
import type { Semaphore } from '../semaphore.ts'
import { BEHIND_ALL } from '../turn.ts'

/** A turn before all that a play has. */
const BEFORE_THE_FIRST = '-1'

/** The host on which gates are judged. */
const CONTROLLER = 'localhost'

/** A wave that is done, and the play that it is of. */
export interface Wave {
  readonly run: RunState
  readonly play: Play
  readonly name: string
  /** From 1 on. */
  readonly number: number
  /** Those that were worked on. */
  readonly hosts: readonly string[]
  readonly facts: FactPlan | undefined
  readonly slots: Semaphore
  /** The play's index. */
  readonly index: number
}

/** Does the tasks of the gate on the controller. Gives whether all of them went well. */
export async function passesGate(wave: Wave, gate: readonly Entry[]): Promise<boolean> {
  if (gate.length === 0) return true
  if (wave.run.hostState(CONTROLLER).gone !== undefined) return false
  await runEntries(wave, gatePlay(wave.play), 'gate', [CONTROLLER], gate)
  return wave.run.hostState(CONTROLLER).gone === undefined
}

/** Does the tasks of `rollback` on the hosts of the wave that can be reached, those that failed too. */
export async function rollBack(wave: Wave, rollback: readonly Entry[]): Promise<void> {
  const { run } = wave
  const hosts = wave.hosts.filter((host) => [undefined, 'failed'].includes(run.hostState(host).gone))
  if (rollback.length === 0 || hosts.length === 0) return
  const before = new Map(hosts.map((host) => [host, run.hostState(host).gone]))
  for (const host of hosts) run.hostState(host).gone = undefined
  // What was done there is done no more: a run that goes on begins the play anew on these hosts.
  for (const host of hosts)
    await run.steps?.write({ is: 'again', host, play: wave.index, turn: BEFORE_THE_FIRST }, true)
  await runEntries(wave, wave.play, 'rollback', hosts, rollback)
  for (const host of hosts) run.hostState(host).gone ??= before.get(host)
  const well = hosts.filter((host) => run.hostState(host).gone === before.get(host)).length
  run.emit({ type: 'notice', message: `wave ${wave.number} rolled back on ${well} of ${hosts.length} hosts` })
}

/** The play as its gate sees it: as the controller's own user, whoever the play becomes on its hosts. */
export function gatePlay(play: Play): Play {
  return { ...play, become: false, remoteUser: undefined, connection: undefined }
}

/** What gate and rollback know of the wave, beside the play's variables. */
export function waveVariables(number: number, hosts: readonly string[]): ReadonlyMap<string, Value> {
  return new Map<string, Value>([
    ['muster_wave', number],
    ['muster_wave_hosts', [...hosts]],
  ])
}

async function runEntries(
  wave: Wave,
  written: Play,
  what: string,
  hosts: readonly string[],
  entries: readonly Entry[],
): Promise<void> {
  const { run, facts } = wave
  const play = {
    ...written,
    vars: new Map([...written.vars, ...waveVariables(wave.number, wave.hosts)]),
  }
  const name = `${wave.name}: ${what} of wave ${wave.number}`
  const tasks = allTasksIn(entries)
  run.emit({ type: 'play-started', play: name, hosts, batches: 1, tasks: tasks.length })
  const turn = run.progress.begin(hosts)
  const control = await BatchControl.create(run, hosts, wave.slots, {}, tasks)
  try {
    await Promise.all(
      hosts.map(async (host) => {
        const state = run.hostState(host)
        state.goneAt = BEHIND_ALL
        state.inPlay = true
        const variables = await readPlayVariables(run, state, {
          ...{ play, name, allHosts: hosts, batch: hosts },
          ...{ tasks, facts },
        })
        const work = { variables, sections: [entries], handlers: play.handlers, flushes: true }
        await new HostRun(run, state, { ...work, forcesHandlers: false, facts, turn }, control).run()
      }),
    )
  } finally {
    await control.close()
  }
}
