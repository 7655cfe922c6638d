import { AwsFailure } from '../../aws/errors.ts'
import { callerIdentity, chooseRegion } from '../../aws/identity.ts'
import { MAGIC_NAMES } from '../../inventory/variables/magic-names.ts'
import { loadModule } from '../../modules/registry.ts'
import { allTasksIn } from '../../playbook/entries.ts'
import { Mistakes } from '../../playbook/mistakes.ts'
import type { Playbook } from '../../playbook/playbook.ts'
import { checkTags } from '../../playbook/tags.ts'
import { OMIT, TemplateError } from '../../template/api.ts'
import { createEngine } from '../../template/engine.ts'
import { formatPosition } from '../../values/position.ts'
import { InputError, type Problem } from '../../values/problem.ts'
import type { Value } from '../../values/value.ts'
import { type PlannedPlay, planPlay } from '../batch/plan-play.ts'
import { gatePlay, waveVariables } from '../batch/rollout/judge.ts'
import { changeWindows } from '../host/change-windows.ts'
import { checkBecome, settingsOf } from '../host/settings.ts'
import { newHost, type RunState } from '../run-state.ts'
import { forPlay } from '../scope/play-homes.ts'
import { withArtifacts, withVarsFiles } from '../scope/play-variables.ts'
import { OUTSIDE, scopeFor } from '../scope/variables.ts'
import { certainFailures } from './certain-failures.ts'
import { checkArtifacts } from './check-artifacts.ts'

/**
 * Decides the plays, and checks what can be known before a connection and is not the playbook's grammar: patterns,
 * variable files, how to reach each host, the artifacts that the variables name (there, and with the checksum given),
 * names that no host has a value for; then, when all is well so far, who we are to AWS. All mistakes at once.
 * @param read `mistakes`: those that were found when the playbook was read, told with the others; what they make
 * uncertain is not checked then. `asksAws`: whether AWS may be asked who we are
 * @returns the plays, and warnings
 * @throws InputError
 */
export async function preflight(
  run: RunState,
  playbook: Playbook,
  {
    mistakes: read = [],
    asksAws,
  }: { readonly mistakes?: readonly Problem[] | undefined; readonly asksAws: boolean },
): Promise<{ readonly plays: readonly PlannedPlay[]; readonly warnings: readonly Problem[] }> {
  const problems: Problem[] = [...read, ...checkTags(playbook, run.options)]
  const plays: PlannedPlay[] = []
  const gather = gatherer(problems)
  // A play without hosts is among the mistakes.
  for (const play of playbook.plays.filter(({ hosts }) => hosts !== ''))
    await gather(async () => void plays.push(planPlay(run, play, mayGrow(plays))))
  const templates = new TemplateCheck()
  templates.see(run.extraVars)
  const hostChecks = new HostChecks(run, templates, problems)
  for (const planned of plays) await hostChecks.of(planned, planned.hosts)
  // A task that could not be read may be the one that sets a name.
  const names = read.length === 0
  problems.push(...templates.problems())
  const told = [...read, ...templates.problems()]
  await gather(async () => {
    for (const problem of await certainFailures(run, plays.flatMap(withJudgements), { names }))
      if (!told.some((one) => isAtPlaceOf(one, problem))) problems.push(problem)
  })
  problems.push(...(await checkBatchTasks(plays.flatMap(withJudgements))))
  if (problems.length > 0) throw new InputError(distinct(problems))
  if (asksAws) await checkIdentity(run, plays)
  return { plays, warnings: hostChecks.warnings() }
}

type Gather = (check: () => Promise<void>) => Promise<void>

/** Does a check, and keeps the mistakes that it throws. */
function gatherer(problems: Problem[]): Gather {
  return async (check) => {
    try {
      await check()
    } catch (error) {
      if (error instanceof InputError) problems.push(...error.problems)
      else if (error instanceof TemplateError)
        problems.push({ message: error.message, position: error.position })
      else throw error
    }
  }
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

/** What can be known of hosts before they are connected to: how they are reached, as whom, their files of variables, artifacts. */
class HostChecks {
  readonly #problems: Problem[]
  readonly #run: RunState
  readonly #templates: TemplateCheck
  readonly #seen = new Set<Value>()
  readonly #unchecked = new Set<string>()

  /** @param problems gets the mistakes */
  constructor(run: RunState, templates: TemplateCheck, problems: Problem[]) {
    this.#run = run
    this.#templates = templates
    this.#problems = problems
  }

  async of(planned: PlannedPlay, hosts: readonly string[]): Promise<void> {
    const gather = gatherer(this.#problems)
    const here = forPlay(this.#run, planned.play)
    for (const name of hosts) {
      this.#templates.see(this.#run.hostVariables(name))
      const host = newHost(name)
      await gather(async () => {
        const shape = { ...planned, allHosts: planned.hosts, batch: planned.hosts }
        const variables = await withVarsFiles(here, host, shape)
        this.#templates.see(variables.files)
        // Mistakes in how to reach a host, and as whom to work there, belong here too.
        await gather(async () => {
          if (settingsOf(here, host, variables).hostKeys === 'no') this.#unchecked.add(name)
        })
        await gather(async () => void changeWindows(here, host, variables))
        await gather(async () => checkBecome(here, host, variables, planned.sections.flatMap(allTasksIn)))
        await gather(async () => {
          const all = await withArtifacts(here, host, variables, planned.sections.flatMap(allTasksIn))
          const scope = scopeFor(here, host, all, OUTSIDE)
          const written = scope.lookup('artifacts')
          if (written === undefined || this.#seen.has(written)) return
          this.#seen.add(written)
          const artifacts = all.artifacts ?? createEngine(scope, here.home).resolve(written)
          if (artifacts !== OMIT)
            this.#problems.push(...(await checkArtifacts(artifacts, written, here.files)))
        })
      })
    }
  }

  warnings(): Problem[] {
    return this.#unchecked.size === 0 ? [] : [keysUnchecked([...this.#unchecked])]
  }
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

function keysUnchecked(hosts: readonly string[]): Problem {
  const named = hosts.slice(0, 4).join(', ') + (hosts.length > 4 ? ` and ${hosts.length - 4} more` : '')
  return {
    message: `the keys of ${named} are not checked, as the inventory says: another machine could answer for them`,
    hint: 'leave StrictHostKeyChecking=no and ansible_host_key_checking out, and add the keys to known_hosts',
  }
}

/** Syntax, filters and tests of templates in variables; those of the playbook are checked when it is read. */
class TemplateCheck {
  readonly #mistakes = new Mistakes()
  readonly #seen = new Set<Value>()

  /** A group's variables are the same values for all of its hosts, and looked through once. */
  see(variables: ReadonlyMap<string, Value>): void {
    for (const [name, value] of variables) {
      if (value === null || typeof value !== 'object' || MAGIC_NAMES.has(name) || this.#seen.has(value))
        continue
      this.#seen.add(value)
      this.#mistakes.templates(value)
    }
  }

  problems(): readonly Problem[] {
    return this.#mistakes.problems()
  }
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
