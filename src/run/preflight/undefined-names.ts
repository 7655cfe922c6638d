import type { Task } from '../../playbook/playbook.ts'
import { didYouMean } from '../../values/nearest.ts'
import type { Problem } from '../../values/problem.ts'
import type { PlannedPlay } from '../batch/play-run.ts'
import { PendingResult } from '../host/pending.ts'
import { EvaluationFailure, prepareTask } from '../host/prepare.ts'
import { foresee } from '../host/stage.ts'
import { newHost, type RunState } from '../run-state.ts'
import { readPlayVariables } from '../scope/play-variables.ts'
import { MAGIC_OF_RUN, type PlayVariables, type StageNames } from '../scope/variables.ts'

/** A name that a task needs and that has no value, on one host. */
interface Undefined {
  readonly task: Task
  readonly name: string
  readonly problem: Problem
}

/**
 * Names without a value that a task of the play needs on every one of its hosts, found before any connection by
 * evaluating the tasks as the run will. Results of tasks are known to the run alone: whatever meets one of them is left to
 * its turn, and so is a name that only some hosts lack, or whose failure the playbook ignores. So nothing that can work
 * is refused.
 *
 * @throws InputError for variable files that cannot be read
 */
export async function undefinedNames(run: RunState, plays: readonly PlannedPlay[]): Promise<Problem[]> {
  const everywhere = new Set(
    plays.flatMap(({ sections, play }) => resultNames([...sections.flat(), ...play.handlers])),
  )
  const problems: Problem[] = []
  let before: readonly string[] = []
  for (const planned of plays) {
    before = [...before, ...resultNames(planned.play.handlers)]
    let found: Undefined[] | undefined
    for (const host of planned.hosts) {
      const here = await onHost(run, planned, host, { pending: before, everywhere })
      found = (found ?? here).filter((one) => here.some((other) => isSame(one, other)))
      if (found.length === 0) break
    }
    problems.push(...(found ?? []).map(({ problem }) => problem))
    before = [...before, ...resultNames(planned.sections.flat())]
  }
  return problems
}

function isSame(one: Undefined, other: Undefined): boolean {
  return one.task === other.task && one.name === other.name
}

async function onHost(
  run: RunState,
  planned: PlannedPlay,
  host: string,
  names: { readonly pending: readonly string[]; readonly everywhere: ReadonlySet<string> },
): Promise<Undefined[]> {
  const { play: written, name, hosts, sections } = planned
  const tasks = sections.flat()
  const shape = { play: written, name, allHosts: hosts, batch: hosts, tasks }
  const play = await readPlayVariables(run, newHost(host), shape)
  const stage: StageNames = { ...names, known: new Map(), pending: new Set(names.pending) }
  const found: Undefined[] = []
  for (const task of [...tasks, ...written.handlers]) {
    try {
      const prepared = await prepareTask({ run, host: newHost(host), play, stage }, task)
      const failures = [prepared.failure, ...prepared.items.map((item) => item.failure)]
      const failure = failures.find((each) => each instanceof EvaluationFailure)
      const [, missing] = /'([^']+)' is undefined$/.exec(failure?.error.message ?? '') ?? []
      if (failure !== undefined && missing !== undefined && task.ignoreErrors === undefined) {
        const known = [...visibleNames(run, play, host, task), ...resultNames(tasks)]
        found.push({ task, name: missing, problem: explain(task, missing, failure, known) })
      }
      await foresee(run, prepared, stage)
    } catch (error) {
      if (!(error instanceof PendingResult)) throw error
      for (const name of resultNames([task])) stage.pending.add(name)
    }
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

/** Names that get a value when tasks are done: of `register` and `set_fact`. */
function resultNames(tasks: readonly Task[]): string[] {
  return tasks.flatMap((task) => [
    ...(task.register === undefined ? [] : [task.register]),
    ...(task.module === 'set_fact' ? task.args.keys() : []),
  ])
}
