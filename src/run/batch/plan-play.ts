import { findHost } from '../../inventory/localhost.ts'
import { matchPattern } from '../../inventory/patterns/patterns.ts'
import { onlyTasks } from '../../playbook/entries.ts'
import type { Entry, Play } from '../../playbook/playbook.ts'
import { readPercentage } from '../../playbook/plays/max-fail.ts'
import { batches } from '../../playbook/plays/serial.ts'
import { ordered, readStrategy, type Strategy } from '../../playbook/plays/strategy.ts'
import { selected } from '../../playbook/tags.ts'
import { keywordBoolean } from '../../playbook/tasks/keyword-values.ts'
import { OMIT } from '../../template/api.ts'
import { createEngine } from '../../template/engine.ts'
import { InputError, type Problem } from '../../values/problem.ts'
import { secretsIn } from '../../values/secret.ts'
import type { Value } from '../../values/value.ts'
import type { RunState } from '../run-state.ts'
import type { FactPlan } from '../scope/facts.ts'
import { forPlay } from '../scope/play-homes.ts'
import { planFacts } from './plan-facts.ts'
import { type PlannedRollout, planRollout } from './rollout/plan-rollout.ts'

/** A play with everything decided that its hosts do not decide. */
export interface PlannedPlay {
  readonly play: Play
  readonly name: string
  readonly hosts: readonly string[]
  /** Words of the pattern that name nothing now. */
  readonly unknown: readonly Problem[]
  readonly batches: readonly (readonly string[])[]
  readonly maxFailPercentage: number | undefined
  /** The batches are waves of a rollout. */
  readonly rollout: PlannedRollout | undefined
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
 * @param mayGrow tasks before it may add hosts and groups, so that the pattern may name what is not there
 * @throws InputError for an unknown word in a pattern, a wrong serial or max_fail_percentage
 */
export function planPlay(whole: RunState, play: Play, mayGrow = false): PlannedPlay {
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
  const { inventory } = run.fleet
  const unknown: Problem[] | undefined = mayGrow ? [] : undefined
  placed(play, () => matchPattern(inventory, words, undefined, unknown))
  const limit = isController(run, words) ? undefined : run.options.limit
  const matched = matchPattern(inventory, words, limit, unknown && [])
  const hosts = keyword(play, () => ordered(matched, evaluate(play.order)))
  const maxFail = evaluate(play.maxFailPercentage)
  const strategy = evaluate(play.strategy)
  // Where its hosts may still come, its waves are planned when it begins.
  const waits = mayGrow && hosts.length === 0
  const rollout = waits
    ? undefined
    : keyword(play, () => planRollout(run, play, hosts, evaluate), play.rollout?.position)
  return {
    play,
    name,
    hosts,
    unknown: unknown ?? [],
    batches: rollout?.waves ?? keyword(play, () => batches(hosts, evaluate(play.serial))),
    rollout,
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
  return word !== undefined && findHost(run.fleet.inventory, word)?.implicit === true
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

/** A keyword's value read by `read`; its mistake gets the play's place, or the one given. */
function keyword<T>(play: Play, read: () => T, position = play.position): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new InputError([{ message: error.message, position }])
  }
}
