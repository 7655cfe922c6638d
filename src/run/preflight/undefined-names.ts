import { rescuingBlocks, tasksIn } from '../../playbook/entries.ts'
import type { Task } from '../../playbook/playbook.ts'
import type { Problem } from '../../values/problem.ts'
import { didYouMean } from '../../values/text/nearest.ts'
import type { PlannedPlay } from '../batch/play-run.ts'
import { lookAhead, resultNames } from '../host/ahead.ts'
import { EvaluationFailure } from '../host/evaluation/evaluation-failure.ts'
import { newHost, type RunState } from '../run-state.ts'
import { forPlay } from '../scope/play-homes.ts'
import { readPlayVariables } from '../scope/play-variables.ts'
import { homeAhead } from '../scope/template-home.ts'
import { MAGIC_OF_RUN, type PlayVariables } from '../scope/variables.ts'

/** What a rescue finds when a task has failed. */
const SET_FOR_RESCUE = ['ansible_failed_task', 'ansible_failed_result']

/** A name that a task needs and that has no value, on one host. */
interface Undefined {
  readonly task: Task
  readonly name: string
  readonly problem: Problem
}

/**
 * Names without a value that a task of the play needs on every one of its hosts, found before any connection by
 * evaluating the tasks as the run will. Results of tasks are known to the run alone: whatever meets one of them is left to
 * its turn, and so is a name that only some hosts lack, or whose failure the playbook ignores or a rescue makes up for. So
 * nothing that can work is refused.
 *
 * @throws InputError for variable files that cannot be read
 */
export async function undefinedNames(run: RunState, plays: readonly PlannedPlay[]): Promise<Problem[]> {
  const tasks = plays.flatMap(({ sections, play }) => [...sections.flatMap(tasksIn), ...play.handlers])
  const everywhere = new Set([...tasks.flatMap(resultNames), ...SET_FOR_RESCUE])
  const problems: Problem[] = []
  let before: readonly string[] = []
  for (const planned of plays) {
    before = [...before, ...planned.play.handlers.flatMap(resultNames)]
    if (planned.sections.flatMap(rescuingBlocks).length > 0) before = [...before, ...SET_FOR_RESCUE]
    let found: Undefined[] | undefined
    for (const host of planned.hosts) {
      const here = await onHost(run, planned, host, { unknown: before, everywhere })
      found = (found ?? here).filter((one) => here.some((other) => isSame(one, other)))
      if (found.length === 0) break
    }
    problems.push(...(found ?? []).map(({ problem }) => problem))
    before = [...before, ...planned.sections.flatMap(tasksIn).flatMap(resultNames)]
  }
  return problems
}

function isSame(one: Undefined, other: Undefined): boolean {
  return one.task === other.task && one.name === other.name
}

async function onHost(
  whole: RunState,
  planned: PlannedPlay,
  host: string,
  names: { readonly unknown: readonly string[]; readonly everywhere: ReadonlySet<string> },
): Promise<Undefined[]> {
  const { play: written, name, hosts, sections } = planned
  const run = forPlay(whole, written)
  const tasks = sections.flatMap(tasksIn)
  const shape = { play: written, name, allHosts: hosts, batch: hosts, tasks }
  const play = await readPlayVariables(run, newHost(host), shape)
  const foresight = { known: new Map(), unknown: new Set(names.unknown), everywhere: names.everywhere }
  const vantage = { position: run.progress.next, foresight }
  const ahead = { ...run, home: homeAhead(run.home) }
  const rescued = new Set(sections.flatMap(rescuingBlocks).flatMap(({ block }) => tasksIn(block)))
  const found: Undefined[] = []
  for (const task of [...tasks, ...written.handlers]) {
    const seen = await lookAhead({ run: ahead, host: newHost(host), play, vantage }, task)
    if (seen === undefined) continue
    const failures = [seen.evaluated.failure, ...seen.items.map((item) => item.failure)]
    const failure = failures.find((each) => each instanceof EvaluationFailure)
    const [, missing] = /'([^']+)' is undefined$/.exec(failure?.error.message ?? '') ?? []
    if (failure === undefined || missing === undefined) continue
    if (task.ignoreErrors !== undefined || rescued.has(task)) continue
    const known = [...visibleNames(run, play, host, task), ...tasks.flatMap(resultNames)]
    found.push({ task, name: missing, problem: explain(task, missing, failure, known) })
  }
  return found
}

function explain(task: Task, name: string, failure: EvaluationFailure, known: readonly string[]): Problem {
  return {
    message: failure.error.message,
    position: failure.error.position ?? task.position,
    hint:
      didYouMean(name, known) ??
      `no host of the play has it: set it in the inventory, in vars or with -e; where it may be missing, write {{ ${name} | default(...) }}`,
  }
}

function visibleNames(run: RunState, play: PlayVariables, host: string, task: Task): string[] {
  return [
    ...run.extraVars.keys(),
    ...run.hostVariables(host).keys(),
    ...play.files.keys(),
    ...play.play.vars.keys(),
    ...task.vars.keys(),
    ...(task.loop === undefined ? [] : [task.loopControl.loopVar]),
    ...MAGIC_OF_RUN,
  ]
}
