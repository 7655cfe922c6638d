import { readFile } from 'node:fs/promises'
import type { Module } from '../../modules/module.ts'
import { loadModule } from '../../modules/registry.ts'
import { allTasksIn } from '../../playbook/entries.ts'
import type { Play, Task } from '../../playbook/playbook.ts'
import { type Scope, type TemplateEngine, TemplateError } from '../../template/api.ts'
import { createEngine } from '../../template/engine.ts'
import { type TemplateSource, type Uses, usesIn } from '../../template/uses.ts'
import type { Position } from '../../values/position.ts'
import { TemplateText } from '../../values/template-text.ts'
import { isDict, type Value } from '../../values/value.ts'
import type { RunState } from '../run-state.ts'
import { forTask } from '../scope/play-homes.ts'
import { LazyDict } from '../scope/scope.ts'

/** Which artifacts the tasks of a play need, as far as it shows before the run. */
export interface ArtifactUses {
  /** Names, with the place of the first use. */
  readonly names: ReadonlyMap<string, Position | undefined>
  /** Names that a task asks for with `is defined` or `default`: they may be missing. */
  readonly optional: ReadonlySet<string>
  /** Places where the name is not written out. */
  readonly open: readonly (Position | undefined)[]
}

/**
 * Follows the templates of a play's tasks, and of the variables that they use, to the artifacts that they name:
 * `artifacts.prometheus`, `artifacts['amazon-ssm-agent']`. So only what a playbook really uses has to be there.
 */
export async function artifactUses(
  run: RunState,
  play: Play,
  tasks: readonly Task[],
  scope: Scope,
): Promise<ArtifactUses> {
  const names = new Map<string, Position | undefined>()
  const optional = new Set<string>()
  const open: (Position | undefined)[] = []
  const waiting = [...(await platformUses(run, play, tasks, scope))]
  const seen = new Set<string>(['artifacts'])
  for (let uses = waiting.pop(); uses !== undefined; uses = waiting.pop()) {
    for (const [name, position] of uses.keysOf('artifacts')) if (!names.has(name)) names.set(name, position)
    for (const name of uses.optionalKeysOf('artifacts')) optional.add(name)
    const whole = uses.wholeOf('artifacts')
    if (whole !== undefined) open.push(whole.position)
    for (const name of uses.names) {
      if (seen.has(name)) continue
      seen.add(name)
      const value = scope.lookup(name) ?? inRoles(tasks, name)
      if (value !== undefined) waiting.push(...usesInValue(value))
    }
  }
  return { names, optional, open }
}

/** A variable of a role that only its own tasks see. */
function inRoles(tasks: readonly Task[], name: string): Value | undefined {
  for (const { role } of tasks) {
    const value = role?.params.get(name) ?? role?.vars.get(name) ?? role?.defaults.get(name)
    if (value !== undefined) return value
  }
  return undefined
}

/** The variable that says for which platform a host's artifacts are; a task whose condition is of it alone is for one platform. */
const PLATFORM = 'muster_platform'

const ofPlatforms = new WeakMap<Play, Map<string, Promise<readonly Uses[]>>>()

/** What the tasks use that are for the host's platform: the same for all hosts of one, so it is found once for each. */
function platformUses(
  run: RunState,
  play: Play,
  tasks: readonly Task[],
  scope: Scope,
): Promise<readonly Uses[]> {
  const engine = createEngine(scope, run.home)
  const key = JSON.stringify(engine.resolve(scope.lookup(PLATFORM) ?? null)) ?? ''
  const known = ofPlatforms.get(play) ?? new Map<string, Promise<readonly Uses[]>>()
  ofPlatforms.set(play, known)
  let uses = known.get(key)
  if (uses === undefined) {
    const all = [...tasks, ...play.handlers.flat()]
    const others = all.filter((task) => !isForPlatform(task, engine))
    const out = new Set([
      ...others,
      ...others.flatMap(({ include }) => allTasksIn(include?.known?.entries ?? [])),
    ])
    uses = usesOfTasks(
      run,
      play,
      all.filter((task) => !out.has(task)),
    )
    known.set(key, uses)
  }
  return uses
}

/** False where a condition that names the platform and nothing else does not hold. */
function isForPlatform({ when }: Task, engine: TemplateEngine): boolean {
  return when.every(({ test, position }) => {
    if (typeof test !== 'string') return true
    const { names } = usesIn({ expression: test, position })
    if (names.size !== 1 || !names.has(PLATFORM)) return true
    try {
      return engine.condition(test, position)
    } catch (error) {
      if (error instanceof TemplateError) return true
      throw error
    }
  })
}

const ofPlays = new WeakMap<Play, Promise<readonly Uses[]>>()

/** The same for every host, so it is found once. */
export function playUses(run: RunState, play: Play, tasks: readonly Task[]): Promise<readonly Uses[]> {
  let uses = ofPlays.get(play)
  if (uses === undefined) {
    uses = usesOfTasks(run, play, [...tasks, ...play.handlers.flat()])
    ofPlays.set(play, uses)
  }
  return uses
}

async function usesOfTasks(run: RunState, play: Play, tasks: readonly Task[]): Promise<readonly Uses[]> {
  const all = await Promise.all(tasks.map((task) => taskUses(run, task)))
  return [...usesInValue([play.environment ?? null]), ...all.flat()]
}

async function taskUses(run: RunState, task: Task): Promise<Uses[]> {
  const module = await loadModule(task.module)
  const { parameters } = module.spec
  const values: Value[] = [
    ...[task.name, task.loop, ...task.environment, task.loopControl.label, task.ignoreErrors, task.checkMode],
    ...[task.become, task.becomeUser, task.noLog, task.retries, task.delay, task.timeout],
    ...task.vars.values(),
    ...(task.include?.vars.values() ?? []),
  ].filter((value) => value !== undefined)
  const conditions: Value[] = [...(task.until ?? []), ...(task.changedWhen ?? []), ...(task.failedWhen ?? [])]
  for (const [name, value] of task.args) {
    const type = parameters[name]?.type
    if (type === 'conditions' || type === 'expression') conditions.push(value)
    else values.push(value)
  }
  const file = await templateFileOf(run, task, module)
  return [
    ...usesInValue(values),
    ...task.when.flatMap(({ test, position }) => usesInCondition(test, position)),
    ...conditions.flat().flatMap((condition) => usesInCondition(condition, task.position)),
    ...(file === undefined ? [] : [usesIn(file)]),
  ]
}

function usesInCondition(condition: Value, position: Position | undefined): readonly Uses[] {
  if (typeof condition === 'string') return [usesIn({ expression: condition, position })]
  return usesInValue(condition)
}

/** The text of a template task's file, where its name is known before the run. */
async function templateFileOf(
  run: RunState,
  task: Task,
  { source }: Module,
): Promise<TemplateSource | undefined> {
  const src = source?.template === undefined ? undefined : task.args.get(source.parameter)
  if (source === undefined || typeof src !== 'string') return undefined
  try {
    const { path } = await forTask(run, task).files.find(source.folder, src)
    return { source: await readFile(path, 'utf8'), file: path }
  } catch {
    // A file that is missing is reported where the playbook is read.
    return undefined
  }
}

const ofValues = new WeakMap<object, readonly Uses[]>()

/** The uses in all templates in a value, however deep. */
export function usesInValue(value: Value): readonly Uses[] {
  // hostvars and its like make a value for every host when they are walked through.
  if (typeof value !== 'object' || value === null || value instanceof LazyDict) return []
  let uses = ofValues.get(value)
  if (uses === undefined) {
    if (value instanceof TemplateText) uses = [usesIn(value)]
    else if (Array.isArray(value)) uses = value.flatMap(usesInValue)
    else if (isDict(value)) uses = [...value.values()].flatMap(usesInValue)
    else uses = []
    ofValues.set(value, uses)
  }
  return uses
}
