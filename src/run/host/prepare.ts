import { AwsFailure } from '../../aws/errors.ts'
import type { Become } from '../../connection/connection.ts'
import { becomeSettings } from '../../connection/settings.ts'
import { readParameters } from '../../modules/check-parameters.ts'
import { type Module, type ModuleContext, ModuleFailure, type Observation } from '../../modules/module.ts'
import { loadModule } from '../../modules/registry.ts'
import { keywordBoolean } from '../../playbook/keyword-values.ts'
import type { Task } from '../../playbook/playbook.ts'
import { OMIT, type TemplateEngine, TemplateError } from '../../template/api.ts'
import { createEngine } from '../../template/engine.ts'
import { str } from '../../template/python/repr.ts'
import { typeName } from '../../template/python/type-name.ts'
import { formatPosition } from '../../values/position.ts'
import { formatProblem, InputError } from '../../values/problem.ts'
import { Secret } from '../../values/secret.ts'
import { TemplateText } from '../../values/template-text.ts'
import type { Output } from '../../values/transfer.ts'
import { type Dict, isDict, type Key, type Value } from '../../values/value.ts'
import type { HostState, RunState } from '../run-state.ts'
import type { LayeredScope } from '../scope/scope.ts'
import {
  type PlayVariables,
  resolvedVariable,
  type StageNames,
  scopeFor,
  settingReader,
} from '../scope/variables.ts'
import { PendingResult } from './pending.ts'

/** One task on one host, or one item of its loop, ready to be done. */
export interface PreparedItem {
  readonly scope: LayeredScope
  readonly context: ModuleContext
  /** Set when it will not be done: `when` was false (the condition), or it cannot be evaluated. */
  readonly skip?: Value
  readonly failure?: ModuleFailure
  readonly params: unknown
  readonly observation: Observation<unknown> | undefined
  /** What the observation printed; undefined while unread or stale. */
  output: Output | null | undefined
  /** Loop variables that the registered item carries. */
  readonly loopVariables: Dict
  readonly label: string | undefined
  readonly become: Become | undefined
  readonly environment: readonly (readonly [string, string | Secret])[]
  readonly check: boolean
}

export interface PreparedTask {
  readonly task: Task
  readonly module: Module
  readonly name: string
  readonly noLog: boolean
  readonly looped: boolean
  /** The whole task is left out (`when` false before a loop) or cannot be evaluated. */
  readonly skip?: Value
  readonly failure?: ModuleFailure
  readonly items: readonly PreparedItem[]
}

interface Preparation {
  readonly run: RunState
  readonly host: HostState
  readonly play: PlayVariables
  readonly stage: StageNames
}

/**
 * Evaluates all of a task that a host's variables decide: name, `when`, loop, parameters, identity, environment; and
 * asks the module how to read its state. Mistakes become the task's failure, at its turn.
 * @throws PendingResult when something depends on a result of this stage
 */
export async function prepareTask(preparation: Preparation, task: Task): Promise<PreparedTask> {
  const { run, host, play, stage } = preparation
  const module = await loadModule(task.module)
  const scope = scopeFor(run, host, play, stage, task)
  const engine = createEngine(scope, run.home)
  const common = { task, module, name: taskName(engine, task), noLog: false, looped: task.loop !== undefined }
  try {
    const noLog = truth(engine, task.noLog ?? play.play.noLog, 'no_log')
    if (task.loop === undefined) {
      return {
        ...common,
        noLog,
        items: [await prepareItem(preparation, task, module, scope, new Map(), undefined)],
      }
    }
    const values = loopValues(engine, task)
    if (values instanceof ModuleFailure) {
      const skip = skippedBy(engine, task)
      return skip === undefined
        ? { ...common, noLog, failure: values, items: [] }
        : { ...common, noLog, skip, items: [] }
    }
    // `loop: null` is no loop at all.
    if (values === null)
      return {
        ...common,
        noLog,
        looped: false,
        items: [await prepareItem(preparation, task, module, scope, new Map(), undefined)],
      }
    const items: PreparedItem[] = []
    for (const [index, value] of values.entries()) {
      const variables: Dict = new Map<Key, Value>([[task.loopControl.loopVar, value]])
      if (task.loopControl.indexVar !== undefined) variables.set(task.loopControl.indexVar, index)
      variables.set('ansible_loop_var', task.loopControl.loopVar)
      if (task.loopControl.indexVar !== undefined)
        variables.set('ansible_index_var', task.loopControl.indexVar)
      const itemScope = scope.under((name) => variables.get(name))
      items.push(await prepareItem(preparation, task, module, itemScope, variables, value))
    }
    return { ...common, noLog, items }
  } catch (error) {
    return { ...common, failure: evaluationFailure(error), items: [] }
  }
}

async function prepareItem(
  preparation: Preparation,
  task: Task,
  module: Module,
  scope: LayeredScope,
  loopVariables: Dict,
  value: Value | undefined,
): Promise<PreparedItem> {
  const { run, play } = preparation
  const engine = createEngine(scope, run.home)
  const base = { scope, loopVariables, output: undefined, params: undefined, observation: undefined }
  const unprepared = {
    ...base,
    become: undefined,
    environment: [],
    check: run.options.check,
    label: undefined,
  }
  const context = moduleContext(preparation, scope, engine, run.options.check)
  try {
    const label = value === undefined ? undefined : itemLabel(engine, task, value)
    const skip = skippedBy(engine, task)
    if (skip !== undefined) return { ...unprepared, context, skip, label }
    const check = checkMode(engine, run, task)
    const itemContext = check === context.check ? context : moduleContext(preparation, scope, engine, check)
    const params = readParameters(module, resolveArguments(engine, module, task))
    const prepared = {
      ...base,
      label,
      check,
      context: itemContext,
      params,
      become: becomeSettings(
        settingReader(run, preparation.host, play),
        becomeKeywords(engine, task, play),
        run.options.becomePassword,
      ),
      environment: environmentOf(engine, [play.play.environment, task.environment]),
    }
    const observation = await module.observe(params as never, itemContext)
    return { ...prepared, observation, output: observation.script === null ? null : undefined }
  } catch (error) {
    return { ...unprepared, context, failure: evaluationFailure(error) }
  }
}

function taskName(engine: TemplateEngine, task: Task): string {
  if (task.name === undefined || task.name === null) return task.module
  try {
    const name = engine.resolve(task.name)
    return name instanceof Secret || typeof name === 'string' ? String(name) : JSON.stringify(name)
  } catch {
    // A name that cannot be evaluated (or not yet) is shown as it was written; the task itself is not hurt by it.
    return task.name instanceof TemplateText ? task.name.source : String(task.name)
  }
}

/** The first false condition of a task, or undefined when it is to be done. */
function skippedBy(engine: TemplateEngine, task: Task): Value | undefined {
  for (const condition of task.when) {
    if (!engine.condition(condition, task.whenPosition))
      return condition instanceof TemplateText ? condition.source : condition
  }
  return undefined
}

function loopValues(engine: TemplateEngine, task: Task): readonly Value[] | null | ModuleFailure {
  try {
    const values = engine.resolve(task.loop as Value)
    if (values === OMIT || values === null) return null
    if (Array.isArray(values)) return values
    return new ModuleFailure(`The \`loop\` value must resolve to a 'list', not '${typeName(values)}'.`, {
      hint: 'write a list, or turn the value into one with a filter such as `| list` or `| dict2items`',
    })
  } catch (error) {
    return evaluationFailure(error)
  }
}

function itemLabel(engine: TemplateEngine, task: Task, value: Value): string {
  const label = task.loopControl.label === undefined ? value : engine.resolve(task.loopControl.label)
  return shortly(label === OMIT ? '' : label)
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
      if (evaluated !== OMIT) resolved.set(name, evaluated)
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

function checkMode(engine: TemplateEngine, run: RunState, task: Task): boolean {
  if (task.checkMode === undefined) return run.options.check
  const wanted = truth(engine, task.checkMode, 'check_mode')
  // `check_mode: false` runs really in a check run; a plan promises to touch nothing and keeps that.
  return run.options.mode === 'plan' ? true : wanted
}

function becomeKeywords(engine: TemplateEngine, task: Task, play: PlayVariables) {
  const nearest = (key: 'become' | 'becomeUser' | 'becomeMethod' | 'becomeFlags' | 'becomeExe') => {
    const value = task[key] ?? play.play[key]
    if (value === undefined) return undefined
    const resolved = engine.resolve(value)
    return resolved === OMIT ? undefined : resolved
  }
  return {
    become: nearest('become'),
    becomeUser: nearest('becomeUser'),
    becomeMethod: nearest('becomeMethod'),
    becomeFlags: nearest('becomeFlags'),
    becomeExe: nearest('becomeExe'),
  }
}

/** The environment of play and task merged, later ones winning; null gives the text None as in Ansible. */
function environmentOf(
  engine: TemplateEngine,
  sources: readonly (Value | undefined)[],
): (readonly [string, string | Secret])[] {
  const merged = new Map<string, string | Secret>()
  for (const source of sources) {
    if (source === undefined || source === null) continue
    const resolved = engine.resolve(source)
    const dicts = Array.isArray(resolved) ? resolved : [resolved]
    for (const entries of dicts) {
      if (entries === OMIT || entries === null) continue
      if (!isDict(entries as Value))
        throw new ModuleFailure(
          `environment must be a mapping of names to texts, got ${shortly(entries as Value)}`,
        )
      for (const [name, value] of entries as Dict) {
        if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(String(name)))
          throw new ModuleFailure(`'${String(name)}' cannot be the name of an environment variable`)
        merged.set(String(name), value instanceof Secret ? value : str(value))
      }
    }
  }
  return [...merged]
}

function moduleContext(
  preparation: Preparation,
  scope: LayeredScope,
  engine: TemplateEngine,
  check: boolean,
): ModuleContext {
  const { run, host } = preparation
  const failing = <T>(evaluate: () => T): T => {
    try {
      return evaluate()
    } catch (error) {
      throw evaluationFailure(error)
    }
  }
  return {
    host: host.name,
    check,
    diff: run.options.diff,
    verbosity: run.options.verbosity,
    files: run.files,
    signal: run.signal,
    render: (source, file, options) => failing(() => engine.renderFile(source, file, options)),
    condition: (condition) => failing(() => engine.condition(condition)),
    expression: (text) => failing(() => engine.expression(text)),
    variable: (name) => failing(() => resolvedVariable(engine, scope, name)),
    shared: null,
    run: run.context,
  }
}

function truth(engine: TemplateEngine, value: Value | undefined, keyword: string): boolean {
  if (value === undefined) return false
  const resolved = engine.resolve(value)
  if (resolved === null || resolved === OMIT) return false
  try {
    return keywordBoolean(keyword, resolved)
  } catch (error) {
    if (error instanceof RangeError) throw new ModuleFailure(error.message)
    throw error
  }
}

/** An error of an evaluation as the task's failure; a result that is pending, and bugs, pass through. */
export function evaluationFailure(error: unknown): ModuleFailure {
  if (error instanceof PendingResult) throw error
  if (error instanceof ModuleFailure) return error
  if (error instanceof InputError) {
    const [first, ...more] = error.problems
    // Several have their hints between them.
    if (first === undefined || more.length > 0) return new ModuleFailure(error.message)
    const message = formatProblem({ ...first, hint: undefined })
    return new ModuleFailure(message, first.hint === undefined ? {} : { hint: first.hint })
  }
  // What no shell word or environment can hold.
  if (error instanceof RangeError) return new ModuleFailure(error.message)
  if (error instanceof AwsFailure)
    return new ModuleFailure(error.message, error.hint === undefined ? {} : { hint: error.hint })
  if (error instanceof TemplateError) {
    const where = error.position === undefined ? '' : `${formatPosition(error.position)}: `
    return new EvaluationFailure(`${where}${error.message}`, error)
  }
  throw error
}

/** A template of a task cannot be evaluated: the failure, and what the engine said. */
export class EvaluationFailure extends ModuleFailure {
  readonly error: TemplateError

  constructor(message: string, error: TemplateError) {
    super(message)
    this.error = error
  }
}

/** A value in a line, cut, for labels and messages. */
export function shortly(value: Value): string {
  if (typeof value === 'string') return value.length > 200 ? `${value.slice(0, 200)}…` : value
  if (value instanceof Secret) return value.toString()
  const text = str(value)
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}
