import { becomeSettings } from '../../../connection/settings/settings.ts'
import { readParameters } from '../../../modules/check-parameters.ts'
import type { Module, ModuleContext } from '../../../modules/module.ts'
import { loadModule } from '../../../modules/registry.ts'
import type { Task } from '../../../playbook/playbook.ts'
import type { ProbeSet } from '../../../probes/probe.ts'
import { OMIT, type TemplateEngine, TemplateError, type TemplateHome } from '../../../template/api.ts'
import { createEngine } from '../../../template/engine.ts'
import { typeName } from '../../../template/python/type-name.ts'
import { isSecretName, withSecrecy } from '../../../values/masking/secret-names.ts'
import { secretsIn } from '../../../values/secret.ts'
import { TaskFailure } from '../../../values/task-failure.ts'
import { TemplateText } from '../../../values/template-text.ts'
import type { Dict, Key, Value } from '../../../values/value.ts'
import { NotYetThere } from '../../batch/progress.ts'
import type { HostState, RunState } from '../../run-state.ts'
import { UnknownValue } from '../../scope/foresight.ts'
import { forTask } from '../../scope/play-homes.ts'
import type { LayeredScope } from '../../scope/scope.ts'
import { type PlayVariables, scopeFor, settingReader, type Vantage } from '../../scope/variables.ts'
import type { Identity } from '../identity.ts'
import { evaluationFailure } from './evaluation-failure.ts'
import { folderOf, itemLabel, type LoopPlan, labelNeedsResult, loopPlan, ONCE } from './loop.ts'
import { moduleContext } from './module-context.ts'
import { type Target, targetOf } from './target.ts'
import { becomeKeywords, checkMode, environmentOf, truth } from './task-keywords.ts'
import { ownName, taskName } from './task-name.ts'

/** Where a task is evaluated: on which host of which play, and from where its variables are seen. */
export interface Standpoint {
  readonly run: RunState
  readonly host: HostState
  readonly play: PlayVariables
  readonly vantage: Vantage
  /** Variables of the includes that led to the task; they win over results. */
  readonly params: ReadonlyMap<string, Value>
}

/** What is known of a task before its items: evaluated at its turn. */
export interface EvaluatedTask {
  readonly task: Task
  readonly module: Module
  readonly scope: LayeredScope
  /** Where its files and templates are. */
  readonly home: TemplateHome
  readonly name: string
  /** The name without the role's in front. */
  readonly ownName: string
  readonly noLog: boolean
  /** Whether the difference that it makes is shown. */
  readonly diff: boolean
  /** The loop's values; null without a loop. */
  readonly values: readonly Value[] | null
  /** How the loop goes on between its values. */
  readonly loop: LoopPlan
  /** The whole task is left out (`when` false before a loop that cannot be evaluated), or cannot be evaluated. */
  readonly skip?: Value
  readonly failure?: TaskFailure
}

/** One task on one host, or one item of its loop, ready to be done. */
export interface EvaluatedItem {
  readonly scope: LayeredScope
  readonly context: ModuleContext
  /** Set when it will not be done: `when` was false (the condition), or it cannot be evaluated. */
  readonly skip?: Value
  readonly failure?: TaskFailure
  readonly params: unknown
  /** What the module needs to know of the host. */
  readonly probes: ProbeSet
  readonly identity: Identity
  /** Where it is done; undefined: on its own host. */
  readonly target?: Target | undefined
  /** Loop variables that the registered item carries. */
  readonly loopVariables: Dict
  readonly label: string | undefined
  readonly check: boolean
}

/**
 * Evaluates what a task's items have in common: name, no_log, loop. Mistakes become the task's failure.
 * @throws NotYetThere when it reads what another host has not set yet
 * @throws UnknownValue ahead of its turn, when it needs what only the run can know
 */
export async function evaluateTask(standpoint: Standpoint, task: Task): Promise<EvaluatedTask> {
  const { host, play, vantage, params } = standpoint
  const run = forTask(standpoint.run, task)
  const { home } = run
  const module = await loadModule(task.module)
  const scope = scopeFor(run, host, play, vantage, { task, params })
  const engine = createEngine(scope, run.home)
  const own = ownName(engine, task)
  const common = {
    task,
    module,
    scope,
    home,
    name: taskName(module, task, own),
    ownName: own,
    noLog: false,
    diff: run.options.diff,
    values: null,
    loop: ONCE,
  }
  try {
    // What is kept under a secret's name is one, and is not to be seen on its way there.
    const isSecret = task.register !== undefined && isSecretName(task.register)
    const noLog = truth(engine, task.noLog ?? play.play.noLog, 'no_log') || isSecret
    const diff = task.diff === undefined ? common.diff : truth(engine, task.diff, 'diff')
    const evaluated = { ...common, noLog, diff }
    if (task.loop === undefined) return evaluated
    const values = loopValues(engine, task)
    // `loop: null` is no loop at all.
    if (values === null) return { ...evaluated, values }
    if (!(values instanceof TaskFailure)) {
      const covered = values.map((each) => withSecrecy(task.loopControl.loopVar, each))
      return { ...evaluated, values: covered, loop: loopPlan(engine, task) }
    }
    const skip = skippedBy(engine, task)
    return skip === undefined ? { ...evaluated, failure: values } : { ...evaluated, skip }
  } catch (error) {
    return { ...common, failure: evaluationFailure(error) }
  }
}

/** How an item is evaluated ahead of its turn: a condition that cannot be known counts as true. */
export interface ItemOptions {
  readonly assumeDone?: boolean
}

/**
 * Evaluates all of an item that the host's variables decide: `when`, arguments, identity, environment; and asks the
 * module what it needs to know. Mistakes become the item's failure.
 * @param item its variables and value; undefined without a loop
 * @throws NotYetThere, UnknownValue as {@link evaluateTask}
 */
export async function evaluateItem(
  standpoint: Standpoint,
  evaluated: EvaluatedTask,
  item: { readonly variables: Dict; readonly value: Value } | undefined,
  options: ItemOptions = {},
): Promise<EvaluatedItem> {
  const { host, play } = standpoint
  const { task, module } = evaluated
  const run = forTask(standpoint.run, task)
  const loopVariables = item?.variables ?? new Map<Key, Value>()
  const scope =
    item === undefined ? evaluated.scope : evaluated.scope.under((name) => loopVariables.get(name))
  const engine = createEngine(scope, run.home)
  const nobody: Identity = { become: undefined, environment: [] }
  const bare = { scope, loopVariables, params: undefined, probes: {}, identity: nobody }
  const unprepared = { ...bare, check: run.options.check, label: undefined }
  const { diff } = evaluated
  const context = moduleContext(run, host, scope, engine, { check: run.options.check, diff })
  try {
    const label =
      item === undefined || labelNeedsResult(task) ? undefined : itemLabel(engine, task, item.value)
    const target = targetOf(engine, task, host.name, (name) =>
      settingReader(run, name === host.name ? host : run.hostState(name), play),
    )
    const skip = options.assumeDone === true ? skippedForSure(engine, task) : skippedBy(engine, task)
    if (skip !== undefined) return { ...unprepared, context, skip, label }
    const check = checkMode(engine, run, task)
    const itemContext =
      check === context.check ? context : moduleContext(run, host, scope, engine, { check, diff })
    const given = resolveArguments(engine, module, task)
    for (const secret of secretsIn(given)) run.masker.learn(secret)
    const params = readParameters(module, given)
    const become = becomeSettings(
      settingReader(run, target === undefined ? host : run.hostState(target.host), play),
      becomeKeywords(engine, task, play),
      run.options.becomePassword,
    )
    const identity = {
      become,
      environment: environmentOf(engine, [play.play.environment, ...task.environment]),
    }
    const probes = await module.observe(params as never, itemContext)
    return { ...bare, label, check, context: itemContext, params, identity, probes, target }
  } catch (error) {
    return { ...unprepared, context, failure: evaluationFailure(error) }
  }
}

/** As {@link skippedBy}; what cannot be known yet does not leave a task out. */
function skippedForSure(engine: TemplateEngine, task: Task): Value | undefined {
  try {
    return skippedBy(engine, task)
  } catch (error) {
    if (error instanceof UnknownValue || error instanceof NotYetThere || error instanceof TemplateError)
      return undefined
    throw error
  }
}

/** The first false condition of a task, or undefined when it is to be done. */
function skippedBy(engine: TemplateEngine, task: Task): Value | undefined {
  for (const { test, position } of task.when)
    if (!engine.condition(test, position)) return test instanceof TemplateText ? test.source : test
  return undefined
}

function loopValues(engine: TemplateEngine, task: Task): readonly Value[] | null | TaskFailure {
  try {
    if (task.loopWith !== undefined)
      return engine.loopItems(task.loopWith, task.loop as Value, { folder: folderOf(task.module) })
    const values = engine.resolve(task.loop as Value)
    if (values === OMIT || values === null) return null
    if (Array.isArray(values)) return values
    return new TaskFailure(`The \`loop\` value must resolve to a 'list', not '${typeName(values)}'.`, {
      hint: 'write a list, or turn the value into one with a filter such as `| list` or `| dict2items`',
    })
  } catch (error) {
    return evaluationFailure(error)
  }
}

/** The arguments evaluated; conditions stay as they are, omitted ones are gone. */
function resolveArguments(engine: TemplateEngine, module: Module, task: Task): Map<string, Value> {
  const resolved = new Map<string, Value>()
  for (const [name, value] of task.args) {
    const type = module.spec.parameters[name]?.type
    if (type === 'conditions' || type === 'expression') {
      resolved.set(name, value)
      continue
    }
    try {
      const evaluated = engine.resolve(value)
      // Free keys are names of variables.
      const isVariable = module.spec.freeKeys === true
      if (evaluated !== OMIT) resolved.set(name, isVariable ? withSecrecy(name, evaluated) : evaluated)
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error
      throw new TemplateError(
        `Error while resolving value for '${name}': ${error.message}`,
        error.position ?? task.argPositions.get(name),
        error.isUndefined,
      )
    }
  }
  return resolved
}
