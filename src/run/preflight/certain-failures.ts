import { allTasksIn, includedHandlers, rescuingBlocks, tasksIn } from '../../playbook/entries.ts'
import type { Uncertain } from '../../playbook/mistakes.ts'
import type { Task } from '../../playbook/playbook.ts'
import type { TemplateError } from '../../template/api.ts'
import { formatPosition } from '../../values/position.ts'
import { InputError, type Problem } from '../../values/problem.ts'
import { didYouMean } from '../../values/text/nearest.ts'
import type { PlannedPlay } from '../batch/plan-play.ts'
import type { Turn } from '../batch/turn.ts'
import { foresee, namesAfter, resultNames } from '../host/ahead.ts'
import { EvaluationFailure } from '../host/evaluation/evaluation-failure.ts'
import { allSteps, placeAt } from '../host/flow/steps.ts'
import { newHost, type RunState } from '../run-state.ts'
import type { Foresight } from '../scope/foresight.ts'
import { MAGIC_OF_RUN } from '../scope/magic-of-run.ts'
import { aheadOf, forPlay } from '../scope/play-homes.ts'
import { readPlayVariables } from '../scope/play-variables.ts'
import type { PlayVariables } from '../scope/variables.ts'

/** What a rescue finds when a task has failed. */
const SET_FOR_RESCUE = ['ansible_failed_task', 'ansible_failed_result']

/** Something for which a task cannot be evaluated on one host. */
interface Failing {
  readonly task: Task
  /** Equal for the same mistake on another host. */
  readonly key: string
  readonly isName: boolean
  readonly problems: readonly Problem[]
}

/**
 * What a task of the play cannot be evaluated for on every one of its hosts, found before any connection by evaluating
 * the tasks as the run will: names without a value, arguments that a filter or test does not take, encrypted values that
 * nobody can open. Results of tasks are known to the run alone: whatever meets one of them is left to its turn, and so is
 * what only some hosts lack, or whose failure the playbook ignores or a rescue makes up for. So nothing that can work is
 * refused.
 *
 * @param names whether names without a value are looked for
 * @param uncertain what mistakes in the playbook leave uncertain; nothing unless given
 * @param only the play that is looked at; all unless given
 * @throws InputError for variable files that cannot be read
 */
export async function certainFailures(
  run: RunState,
  plays: readonly PlannedPlay[],
  {
    names,
    uncertain,
    only,
  }: { readonly names: boolean; readonly uncertain?: Uncertain | undefined; readonly only?: PlannedPlay },
): Promise<Problem[]> {
  const tasks = plays.flatMap(({ sections, play }) => [
    ...sections.flatMap(allTasksIn),
    ...play.handlers.flat(),
    ...sections.flatMap(includedHandlers),
  ])
  const everywhere = new Set([...tasks.flatMap(resultNames), ...SET_FOR_RESCUE])
  const gathers =
    plays.some(({ facts }) => facts !== undefined) ||
    tasks.some(({ setsFacts }) => setsFacts.includes('ansible_facts'))
  const problems: Problem[] = []
  let before: readonly string[] = [
    ...plays.flatMap(({ play }) => play.unanswered ?? []),
    ...(uncertain?.names ?? []),
  ]
  for (const planned of plays) {
    before = [...before, ...planned.play.handlers.flat().flatMap(namesAfter)]
    if (planned.sections.flatMap(rescuingBlocks).length > 0) before = [...before, ...SET_FOR_RESCUE]
    let found: Failing[] | undefined
    for (const host of only === undefined || only === planned ? planned.hosts : []) {
      const here = await onHost(run, planned, host, { unknown: before, everywhere, gathers })
      found = (found ?? here).filter((one) => here.some((other) => isSame(one, other)))
      if (found.length === 0) break
    }
    const told = (found ?? []).filter(
      ({ isName, task }) => !isName || (names && uncertain?.tasks.has(task.position) !== true),
    )
    problems.push(...told.flatMap((one) => one.problems))
    // What earlier plays have added to the inventory is there when only a later one is looked at.
    const setting = planned.sections
      .flatMap(allTasksIn)
      .filter(({ changesInventory }) => only === undefined || changesInventory === undefined)
    before = [...before, ...setting.flatMap(namesAfter)]
  }
  return problems
}

function isSame(one: Failing, other: Failing): boolean {
  return one.task === other.task && one.key === other.key
}

async function onHost(
  whole: RunState,
  planned: PlannedPlay,
  host: string,
  names: Pick<Foresight, 'everywhere' | 'gathers'> & { readonly unknown: readonly string[] },
): Promise<Failing[]> {
  const { play: written, name, hosts, sections } = planned
  const run = forPlay(whole, written)
  const tasks = sections.flatMap(allTasksIn)
  const shape = { play: written, name, allHosts: hosts, batch: hosts, tasks, facts: planned.facts }
  const play = await readPlayVariables(run, newHost(host), shape)
  // Which variables there will be shows when facts do.
  if (play.filesWait === true) return []
  const foresight = { ...names, known: new Map(), unknown: new Set(names.unknown) }
  const vantage = { position: run.progress.next, foresight }
  const ahead = aheadOf(run)
  const rescued = new Set(sections.flatMap(rescuingBlocks).flatMap(({ block }) => tasksIn(block)))
  const found: Failing[] = []
  const start = { turn: vantage.position, params: new Map(), handler: false }
  const steps = [...sections, written.handlers.flat()].flatMap((entries, index) =>
    allSteps(entries, placeAt(start, index)),
  )
  const at = { run: ahead, host: newHost(host), play, vantage, params: start.params }
  // Includes whose failure a rescue makes up for: that of what they include, too.
  const rescuedTurns: Turn[] = []
  for await (const { step, seen } of foresee(at, steps, { rescues: true })) {
    const { task, turn } = step
    const isRescued =
      rescued.has(task) ||
      rescuedTurns.some(
        (outer) => turn.length > outer.length && outer.every((number, index) => turn[index] === number),
      )
    if (isRescued && task.include !== undefined) rescuedTurns.push(turn)
    if (seen === undefined || task.ignoreErrors !== undefined || isRescued) continue
    const failures = [seen.evaluated.failure, ...seen.items.map((item) => item.failure)]
    for (const { error } of failures.filter((each) => each instanceof EvaluationFailure)) {
      const known = () => [...visibleNames(run, play, host, task), ...tasks.flatMap(resultNames)]
      const one = error instanceof InputError ? refusedInput(error) : explained(task, error, known)
      // Files of variables that only the run can name may hold any name.
      if (one !== undefined && !(one.isName && foresight.unknown.has('*'))) found.push({ task, ...one })
    }
  }
  return found
}

/** An encrypted value. What has no place in it is about how to become another user, and checked elsewhere. */
function refusedInput({ message, problems }: InputError): Omit<Failing, 'task'> | undefined {
  if (problems.some(({ position }) => position === undefined)) return undefined
  return { key: message, isName: false, problems }
}

/** Filters and tests are pure, so that what fails now fails at its turn. */
const FAILED_PLUGIN = /\bThe (?:filter|test) plugin '[\w.]+' failed: /

function explained(
  task: Task,
  error: TemplateError,
  known: () => readonly string[],
): Omit<Failing, 'task'> | undefined {
  const { message } = error
  const position = error.position ?? task.position
  const [, missing] = /'([^']+)' is undefined$/.exec(message) ?? []
  if (missing !== undefined) {
    const hint =
      didYouMean(missing, known()) ??
      `no host of the play has it: set it in the inventory, in vars or with -e; where it may be missing, write {{ ${missing} | default(...) }}`
    return { key: missing, isName: true, problems: [{ message, position, hint }] }
  }
  const [plugin] = FAILED_PLUGIN.exec(message) ?? []
  // The values, and with them the words, may differ from host to host.
  return plugin === undefined
    ? undefined
    : { key: `${plugin}${formatPosition(position)}`, isName: false, problems: [{ message, position }] }
}

function visibleNames(run: RunState, play: PlayVariables, host: string, task: Task): string[] {
  return [
    ...run.extraVars.keys(),
    ...run.hostVariables(host).keys(),
    ...play.files.keys(),
    ...play.play.vars.keys(),
    ...task.vars.keys(),
    ...(task.role?.vars.keys() ?? []),
    ...(task.role?.defaults.keys() ?? []),
    ...(task.loop === undefined ? [] : [task.loopControl.loopVar]),
    ...MAGIC_OF_RUN,
  ]
}
