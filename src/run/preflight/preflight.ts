import { AwsFailure } from '../../aws/errors.ts'
import { callerIdentity, chooseRegion } from '../../aws/identity.ts'
import { loadModule } from '../../modules/registry.ts'
import { allTasksIn } from '../../playbook/entries.ts'
import type { Uncertain } from '../../playbook/mistakes.ts'
import type { Playbook } from '../../playbook/playbook.ts'
import { checkTags } from '../../playbook/tags.ts'
import { formatPosition } from '../../values/position.ts'
import { InputError, type Problem } from '../../values/problem.ts'
import { type PlannedPlay, planPlay } from '../batch/plan-play.ts'
import { gatePlay, waveVariables } from '../batch/rollout/judge.ts'
import type { RunState } from '../run-state.ts'
import { certainFailures } from './certain-failures.ts'
import { gatherer, HostChecks, TemplateCheck } from './host-checks.ts'
import { startAtTask } from './start-at-task.ts'

/**
 * Decides the plays, and checks what can be known before a connection and is not the playbook's grammar: patterns,
 * variable files, how to reach each host, the artifacts that the variables name (there, and with the checksum given),
 * names that no host has a value for; then, when all is well so far, who we are to AWS. All mistakes at once.
 * @param read `mistakes`: those that were found when the playbook was read, told with the others; what they make
 * `uncertain` is not checked then. `asksAws`: whether AWS may be asked who we are
 * @returns the plays, and warnings
 * @throws InputError
 */
export async function preflight(
  run: RunState,
  playbook: Playbook,
  {
    mistakes: read = [],
    uncertain,
    asksAws,
  }: {
    readonly mistakes?: readonly Problem[] | undefined
    readonly uncertain?: Uncertain | undefined
    readonly asksAws: boolean
  },
): Promise<{ readonly plays: readonly PlannedPlay[]; readonly warnings: readonly Problem[] }> {
  const problems: Problem[] = [...read, ...checkTags(playbook, run.options)]
  const plays: PlannedPlay[] = []
  const gather = gatherer(problems)
  // A play without hosts is among the mistakes.
  for (const play of playbook.plays.filter(({ hosts }) => hosts !== ''))
    await gather(async () => void plays.push(planPlay(run, play, mayGrow(plays))))
  const { startAtTask: start } = run.options
  if (start !== undefined && read.length === 0 && problems.length === 0)
    await gather(async () => void plays.splice(0, plays.length, ...startAtTask(plays, start)))
  const templates = new TemplateCheck()
  templates.see(run.extraVars)
  const hostChecks = new HostChecks(run, templates, problems)
  for (const planned of plays) await hostChecks.of(planned, planned.hosts)
  // What could not be read may be what sets a name.
  const names = read.length === 0 || uncertain?.hidden === false
  problems.push(...templates.problems())
  const told = [...read, ...templates.problems()]
  await gather(async () => {
    for (const problem of await certainFailures(run, plays.flatMap(withJudgements), { names, uncertain }))
      if (!told.some((one) => isAtPlaceOf(one, problem))) problems.push(problem)
  })
  problems.push(...(await checkBatchTasks(plays.flatMap(withJudgements))))
  if (problems.length > 0) throw new InputError(distinct(problems))
  if (asksAws) await checkIdentity(run, plays)
  return { plays, warnings: hostChecks.warnings() }
}

/** Whether tasks of these plays may add to the inventory, as far as that shows. */
function mayGrow(plays: readonly PlannedPlay[]): boolean {
  return plays.some(({ play, sections }) =>
    [...sections.flatMap(allTasksIn), ...play.handlers.flat()].some(
      ({ changesInventory, include }) =>
        changesInventory !== undefined || (include !== undefined && include.known === undefined),
    ),
  )
}

/**
 * What {@link preflight} would have checked, if the hosts that tasks have added since had been there.
 * @param plays all plays, those before it as they were run
 * @param planned the play at `index`, decided anew
 * @returns warnings
 * @throws InputError with all mistakes
 */
export async function checkAgain(
  run: RunState,
  plays: readonly PlannedPlay[],
  index: number,
  planned: PlannedPlay,
): Promise<readonly Problem[]> {
  const before = plays[index] as PlannedPlay
  const problems: Problem[] = []
  const gather = gatherer(problems)
  const templates = new TemplateCheck()
  const hostChecks = new HostChecks(run, templates, problems)
  await hostChecks.of(
    planned,
    planned.hosts.filter((name) => !before.hosts.includes(name)),
  )
  problems.push(...templates.problems())
  await gather(async () => {
    const all = plays.map((each, at) => (at === index ? planned : each))
    problems.push(...(await certainFailures(run, all, { names: true, only: planned })))
  })
  if (problems.length > 0) throw new InputError(distinct(problems))
  if (before.hosts.length === 0) await checkIdentity(run, [planned])
  return hostChecks.warnings()
}

/** A play with what is done after its waves, each as a play. */
function withJudgements(planned: PlannedPlay): PlannedPlay[] {
  const { play, hosts, rollout } = planned
  if (rollout === undefined || hosts.length === 0) return [planned]
  const vars = new Map([...play.vars, ...waveVariables(1, rollout.waves[0] ?? [])])
  return [
    planned,
    { ...planned, play: { ...gatePlay(play), vars }, hosts: ['localhost'], sections: [rollout.gate] },
    { ...planned, play: { ...play, vars }, sections: [rollout.rollback] },
  ]
}

async function checkBatchTasks(plays: readonly PlannedPlay[]): Promise<Problem[]> {
  const problems: Problem[] = []
  for (const { sections, strategy } of plays)
    for (const task of sections.flatMap(allTasksIn)) {
      if (strategy === 'free' && task.changesInventory === 'once')
        problems.push({
          message: `${task.module} is done once for all hosts, which the strategy free has not`,
          position: task.position,
          hint: 'put it into a play of its own, on one host',
        })
      if (task.loop === undefined || (await loadModule(task.module)).batch === undefined) continue
      problems.push({
        message: `${task.module} cannot be looped: it is opened once for all hosts of a batch`,
        position: task.position,
      })
    }
  return problems
}

async function checkIdentity(run: RunState, plays: readonly PlannedPlay[]): Promise<void> {
  const tasks = plays
    .flatMap(withJudgements)
    .filter(({ hosts }) => hosts.length > 0)
    .flatMap(({ sections }) => sections.flatMap(allTasksIn))
  const modules = await Promise.all(tasks.map(({ module }) => loadModule(module)))
  const task = tasks[modules.findIndex(({ needsAws }) => needsAws === true)]
  if (task === undefined) return
  try {
    await callerIdentity(await run.context.aws(chooseRegion(undefined)), run.signal)
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error
    throw new InputError([{ message: error.message, position: task.position, hint: error.hint }])
  }
}

function isAtPlaceOf(one: Problem, other: Problem): boolean {
  return (
    one.position !== undefined &&
    other.position !== undefined &&
    formatPosition(one.position) === formatPosition(other.position)
  )
}

/** Each mistake once: of two that differ in the hint the one with a hint. */
function distinct(problems: readonly Problem[]): Problem[] {
  const found = new Map<string, Problem>()
  for (const problem of problems) {
    const key = JSON.stringify([problem.position, problem.message])
    if (found.get(key)?.hint === undefined) found.set(key, problem)
  }
  return [...found.values()]
}
