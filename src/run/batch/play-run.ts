import { findHost } from '../../inventory/localhost.ts'
import { matchPattern } from '../../inventory/patterns/patterns.ts'
import { allTasksIn, onlyTasks } from '../../playbook/entries.ts'
import type { Entry, Play } from '../../playbook/playbook.ts'
import { readPercentage } from '../../playbook/plays/max-fail.ts'
import { batches } from '../../playbook/plays/serial.ts'
import { ordered, readStrategy, type Strategy } from '../../playbook/plays/strategy.ts'
import { selected } from '../../playbook/tags.ts'
import { keywordBoolean } from '../../playbook/tasks/keyword-values.ts'
import { OMIT } from '../../template/api.ts'
import { createEngine } from '../../template/engine.ts'
import { InputError } from '../../values/problem.ts'
import { secretsIn } from '../../values/secret.ts'
import type { Value } from '../../values/value.ts'
import { HostRun } from '../host/host-run.ts'
import type { RunState } from '../run-state.ts'
import type { FactPlan } from '../scope/facts.ts'
import { forPlay } from '../scope/play-homes.ts'
import { readPlayVariables } from '../scope/play-variables.ts'
import { BatchControl } from './batch-control.ts'
import { planFacts } from './plan-facts.ts'
import type { Semaphore } from './semaphore.ts'
import { BEHIND_ALL } from './turn.ts'

/** A play with everything decided that its hosts do not decide. */
export interface PlannedPlay {
  readonly play: Play
  readonly name: string
  readonly hosts: readonly string[]
  readonly batches: readonly (readonly string[])[]
  readonly maxFailPercentage: number | undefined
  /** pre_tasks, tasks and post_tasks, those that the tags choose. */
  readonly sections: readonly (readonly Entry[])[]
  /** What is gathered of the hosts' facts; undefined: nothing. */
  readonly facts: FactPlan | undefined
  /** Notified handlers run: not with `--skip-tags always`, as in Ansible (measured with 2.19.14). */
  readonly flushes: boolean
  /** They run on a host that fails, too. */
  readonly forcesHandlers: boolean
  readonly strategy: Strategy
}

/**
 * Decides hosts, batches, budget and tasks of a play. Only extra variables and the play's own are known here, as in
 * Ansible.
 * @throws InputError for an unknown word in a pattern, a wrong serial or max_fail_percentage
 */
export function planPlay(whole: RunState, play: Play): PlannedPlay {
  const run = forPlay(whole, play)
  const lookup = (name: string) =>
    name === 'playbook_dir' ? run.home.directory : (run.extraVars.get(name) ?? play.vars.get(name))
  const engine = createEngine({ lookup }, run.home)
  const evaluate = (value: Value | undefined): Value | undefined => {
    if (value === undefined) return undefined
    try {
      const resolved = engine.resolve(value)
      return resolved === OMIT ? undefined : resolved
    } catch (error) {
      throw new InputError([{ message: (error as Error).message, position: play.position }])
    }
  }
  const pattern = evaluate(play.hosts) ?? 'all'
  const name = String(evaluate(play.name) ?? (Array.isArray(pattern) ? pattern.join(',') : pattern))
  const words = patternText(pattern, play)
  placed(play, () => matchPattern(run.inventory, words))
  const matched = matchPattern(run.inventory, words, isController(run, words) ? undefined : run.options.limit)
  const hosts = keyword(play, () => ordered(matched, evaluate(play.order)))
  const maxFail = evaluate(play.maxFailPercentage)
  const strategy = evaluate(play.strategy)
  return {
    play,
    name,
    hosts,
    batches: keyword(play, () => batches(hosts, evaluate(play.serial))),
    maxFailPercentage: maxFail === undefined ? undefined : keyword(play, () => readPercentage(maxFail)),
    sections: [play.preTasks, play.tasks, play.postTasks].map((entries) =>
      onlyTasks(entries, (task) => selected(task.tags, run.options)),
    ),
    facts: keyword(play, () => planFacts(play, run.options, evaluate)),
    flushes: selected(['always'], run.options),
    forcesHandlers: keyword(play, () =>
      keywordBoolean('force_handlers', evaluate(play.forceHandlers) ?? false),
    ),
    strategy: strategy === undefined ? 'linear' : keyword(play, () => readStrategy(strategy)),
  }
}

/**
 * A play on the implicit localhost is the cloud side: it is not one of the hosts that `--limit` chooses from, and later
 * plays need its results (in Ansible a limit drops it).
 */
function isController(run: RunState, words: string | readonly string[]): boolean {
  const word = typeof words === 'string' ? words : words.length === 1 ? words[0] : undefined
  return word !== undefined && findHost(run.inventory, word)?.implicit === true
}

function patternText(pattern: Value, play: Play): string | string[] {
  if (typeof pattern === 'string') return pattern
  if (Array.isArray(pattern) && pattern.every((word) => typeof word === 'string')) return pattern as string[]
  const isSecret = secretsIn(pattern).length > 0
  const message = isSecret
    ? 'hosts cannot be a secret: they are shown'
    : 'hosts must be text or a list of texts'
  const hint = isSecret ? { hint: 'a variable of vars_prompt is one unless it says `private: false`' } : {}
  throw new InputError([{ message, position: play.hostsPosition, ...hint }])
}

/** Gives the mistakes of a pattern the place where the play names it. */
function placed(play: Play, match: () => void): void {
  try {
    match()
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    throw new InputError(
      error.problems.map((problem) => ({ ...problem, position: problem.position ?? play.hostsPosition })),
    )
  }
}

/** A keyword's value read by `read`; its mistake gets the play's place. */
function keyword<T>(play: Play, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new InputError([{ message: error.message, position: play.position }])
  }
}

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
): Promise<Stop | undefined> {
  const { play, name, hosts, sections } = planned
  const run = forPlay(whole, play)
  const tasks = sections.flatMap(allTasksIn)
  if (hosts.length === 0) {
    run.emit({ type: 'no-hosts', play: name })
    return undefined
  }
  run.emit({ type: 'play-started', play: name, hosts, batches: planned.batches.length, tasks: tasks.length })
  for (const [index, batch] of planned.batches.entries()) {
    const stop = (reason: string, from: number): Stop => ({
      reason,
      notStarted: planned.batches.slice(from).flat(),
    })
    if (run.signal.aborted) return stop('interrupted', index)
    const living = batch.filter((host) => run.hostState(host).gone === undefined)
    if (living.length === 0) continue
    run.emit({
      type: 'batch-started',
      play: name,
      batch: index + 1,
      batches: planned.batches.length,
      hosts: living,
    })
    await run.context.journal({ event: 'batch', play: name, batch: index + 1, hosts: living })
    const turn = run.progress.begin(living, planned.strategy === 'free')
    const control = await BatchControl.create(run, living, slots, planned.maxFailPercentage, tasks)
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
          const work = { variables, sections, handlers, flushes, forcesHandlers, facts, turn }
          await new HostRun(run, state, work, control).run()
        }),
      )
    } finally {
      await control.close()
    }
    // A fleet in batches must not end with all of it connected; a later play connects again.
    if (planned.batches.length > 1) await disconnect(run, living)
    run.emit({ type: 'batch-ended', play: name, batch: index + 1, failed: control.lostHosts })
    if (run.signal.aborted) return stop('interrupted', index + 1)
    if (control.endsPlay) return undefined
    if (control.stopReason !== undefined) return { ...stop(control.stopReason, index + 1), overBudget: true }
    // Nobody is left to show that the next batch would fare better.
    if (living.every((host) => run.hostState(host).gone !== undefined)) {
      const which = planned.batches.length > 1 ? `batch ${index + 1} of play` : 'play'
      const reason = `all hosts of ${which} '${name}' failed`
      if (index + 1 < planned.batches.length) run.emit({ type: 'stopped', reason })
      return stop(reason, index + 1)
    }
  }
  return undefined
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
