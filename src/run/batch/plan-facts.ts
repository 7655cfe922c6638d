import { groupsOf } from '../../modules/facts/subsets.ts'
import type { Play } from '../../playbook/playbook.ts'
import { selected } from '../../playbook/tags.ts'
import { keywordBoolean } from '../../playbook/tasks/keyword-values.ts'
import { InputError } from '../../values/problem.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Value } from '../../values/value.ts'
import type { RunOptions } from '../run-state.ts'
import type { FactPlan } from '../scope/facts.ts'

/**
 * What a play gathers; undefined when it gathers nothing. Gathering is a task tagged `always` unless the play has tags.
 * @throws InputError for a subset that there is not
 */
export function planFacts(
  play: Play,
  options: RunOptions,
  evaluate: (value: Value | undefined) => Value | undefined,
): FactPlan | undefined {
  const written = evaluate(play.gatherFacts)
  const gathers =
    written === undefined || written === null
      ? options.gathering !== 'explicit'
      : keywordBoolean('gather_facts', written)
  if (!gathers || !selected(play.tags.length === 0 ? ['always'] : play.tags, options)) return undefined
  const factPath = evaluate(play.factPath)
  const timeout = evaluate(play.gatherTimeout)
  return {
    groups: new Set(subset(play, evaluate(play.gatherSubset))),
    factPath: typeof factPath === 'string' ? factPath : undefined,
    timeout: typeof timeout === 'number' ? timeout : undefined,
    // What the play itself says is done.
    smart: options.gathering === 'smart' && written === undefined,
  }
}

function subset(play: Play, value: Value | undefined) {
  const words = value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]
  try {
    return groupsOf(words.flatMap((word) => String(word).split(',')).map((word) => word.trim()))
  } catch (error) {
    if (!(error instanceof TaskFailure)) throw error
    throw new InputError([{ message: error.message, position: play.position }])
  }
}
