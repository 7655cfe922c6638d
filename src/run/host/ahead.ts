import { execute } from '../../modules/execute.ts'
import type { TaskResult } from '../../modules/task-result.ts'
import { failureResult } from '../../modules/task-result.ts'
import { onlyTasks } from '../../playbook/entries.ts'
import type { Include, Included, Task } from '../../playbook/playbook.ts'
import { selected } from '../../playbook/tags.ts'
import { probesOf } from '../../probes/probe.ts'
import { createEngine } from '../../template/engine.ts'
import { InputError } from '../../values/problem.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { hasTemplateMarks } from '../../values/template-text.ts'
import type { Value } from '../../values/value.ts'
import { NotYetThere } from '../batch/progress.ts'
import { type Foresight, UnknownValue } from '../scope/foresight.ts'
import {
  type EvaluatedItem,
  type EvaluatedTask,
  evaluateItem,
  evaluateTask,
  type ItemOptions,
  type Standpoint,
} from './evaluation/evaluate.ts'
import { evaluationFailure } from './evaluation/evaluation-failure.ts'
import { loopVariablesOf } from './evaluation/loop.ts'
import { registered, registeredLoop, skippedResult } from './evaluation/registered.ts'
import { applyResultConditions } from './evaluation/result-conditions.ts'
import { allSteps, includeArguments, includedPlace, type Step, stepsOf } from './flow/steps.ts'
import type { Guess } from './host-link.ts'

/** A task as it looks ahead of its turn. */
export interface SeenAhead {
  readonly evaluated: EvaluatedTask
  readonly items: readonly EvaluatedItem[]
}

/** What a task in its place will probably need. */
export type StepGuess = Guess & { readonly step: Step; readonly seen: SeenAhead }

/** Where tasks are looked at ahead of their turn. */
export type AheadStandpoint = Standpoint & { readonly vantage: { readonly foresight: Foresight } }

/**
 * Evaluates a task ahead of its turn, and notes in the foresight what it will have set. Nothing of it is used when the
 * task is done: it is evaluated anew then. Undefined when it needs what only the run can know.
 */
export async function lookAhead(
  at: AheadStandpoint,
  task: Task,
  options: ItemOptions = {},
): Promise<SeenAhead | undefined> {
  const { foresight } = at.vantage
  // One host does it for all, and only that one knows what comes of it.
  if (task.runOnce !== undefined && task.runOnce !== false && at.play.batch[0] !== at.host.name) {
    forgetResults(foresight, task)
    return undefined
  }
  try {
    const evaluated = await evaluateTask(at, task)
    const items: EvaluatedItem[] = []
    const results: TaskResult[] = []
    if (evaluated.failure === undefined && evaluated.skip === undefined) {
      for (const [index, value] of (evaluated.values ?? [null]).entries()) {
        const variables =
          evaluated.values === null
            ? undefined
            : loopVariablesOf(task, evaluated.loop, evaluated.values, index)
        const item = await evaluateItem(
          at,
          evaluated,
          variables === undefined ? undefined : { variables, value },
          options,
        )
        items.push(item)
        const result = await certainResult(evaluated, item)
        if (result === undefined) continue
        results.push(result)
        for (const [name, fact] of result.facts) know(foresight, name, fact)
      }
    }
    if (evaluated.skip !== undefined) results.push(skippedResult(evaluated.skip))
    // Where a loop may end early there is no telling how many results it has.
    const certain = results.length >= Math.max(items.length, 1) && task.loopControl.breakWhen === undefined
    if (!certain) forgetResults(foresight, task)
    else if (task.register !== undefined)
      know(foresight, task.register, registeredAhead(evaluated, items, results))
    return { evaluated, items }
  } catch (error) {
    if (!(error instanceof UnknownValue) && !(error instanceof NotYetThere)) throw error
    forgetResults(foresight, task)
    return undefined
  }
}

/** Among the unknown names of a foresight: any may have a value. */
const ANY_NAME = '*'

/** How many files and roles are read ahead: what includes itself ends by conditions that nobody knows yet. */
const MOST_INCLUDES = 200

/**
 * Looks at tasks ahead of their turn, and at what they include where that can be told.
 * @param rescued whether tasks of included blocks that run only after a failure are looked at too
 */
export async function* foresee(
  at: AheadStandpoint,
  steps: readonly Step[],
  options: ItemOptions & { readonly rescues?: boolean } = {},
  left = { includes: MOST_INCLUDES },
): AsyncGenerator<{ readonly step: Step; readonly seen: SeenAhead | undefined }> {
  for (const step of steps) {
    const { task } = step
    const seen = await lookAhead({ ...at, params: step.params }, task, options)
    yield { step, seen }
    if (task.include === undefined) continue
    const { unknown } = at.vantage.foresight
    // What is included, and with it the names that are set there, shows in the run.
    if (seen === undefined) unknown.add(ANY_NAME)
    for (const [index, item] of (seen?.items ?? []).entries()) {
      if (item.skip !== undefined || item.failure !== undefined) continue
      const included = left.includes === 0 ? undefined : await readAhead(task.include, item.params)
      left.includes = Math.max(left.includes - 1, 0)
      if (included === undefined) {
        unknown.add(ANY_NAME)
        continue
      }
      // The rest of the play sees them, by rules that are the run's.
      for (const { sharedDefaults, sharedVars } of included.shared)
        for (const name of [...sharedDefaults.keys(), ...sharedVars.keys()]) unknown.add(name)
      const place = includedPlace(step, task.include, index, item.loopVariables)
      const inside = onlyTasks(included.entries, (each) => selected(each.tags, at.run.options))
      const next = options.rescues === true ? allSteps(inside, place) : stepsOf(inside, place)
      yield* foresee(at, next, options, left)
    }
  }
}

/** What cannot be read is told at its turn. */
async function readAhead(include: Include, params: unknown): Promise<Included | undefined> {
  try {
    return await include.load(includeArguments(params))
  } catch (error) {
    if (error instanceof InputError) return undefined
    throw error
  }
}

/**
 * The probes that tasks will probably need, in their order. What cannot be guessed is left out: its task asks at its
 * turn.
 */
export async function guessProbes(at: AheadStandpoint, steps: readonly Step[]): Promise<StepGuess[]> {
  const guesses: StepGuess[] = []
  for await (const { step, seen } of foresee(at, steps, { assumeDone: true })) {
    for (const item of seen?.items ?? []) {
      const probes = probesOf(item.probes)
      if (probes.length > 0 && item.target === undefined)
        guesses.push({ step, seen: seen as SeenAhead, identity: item.identity, probes })
    }
  }
  return guesses
}

/** Names that get a value when a task is done: of `register` and `set_fact`. Some may be templates: then any. */
export function resultNames(task: Task): string[] {
  const facts = task.setsFacts.map((name) => (hasTemplateMarks(name) ? ANY_NAME : name))
  return [...(task.register === undefined ? [] : [task.register]), ...facts]
}

/** The same for who has not looked at what is included: where that shows in the run alone, it may set any name. */
export function namesAfter(task: Task): string[] {
  const opens = task.include !== undefined && task.include.known === undefined
  return [...resultNames(task), ...(opens ? [ANY_NAME] : [])]
}

function know({ known, unknown }: Foresight, name: string, value: Value): void {
  unknown.delete(name)
  known.set(name, value)
}

function forgetResults({ known, unknown }: Foresight, task: Task): void {
  for (const name of resultNames(task)) {
    known.delete(name)
    unknown.add(name)
  }
}

function registeredAhead(
  { values }: EvaluatedTask,
  items: readonly EvaluatedItem[],
  results: readonly TaskResult[],
): Value {
  if (values === null || items.length === 0) return registered(results[0] as TaskResult)
  return registeredLoop(results.map((result, at) => ({ result, extra: new Map(items[at]?.loopVariables) })))
}

/** The result of what is left out, and of modules that are pure; undefined when only the run can tell. */
async function certainResult(
  { task, module, home }: EvaluatedTask,
  item: EvaluatedItem,
): Promise<TaskResult | undefined> {
  if (item.skip !== undefined) return skippedResult(item.skip)
  if (module.immediate !== true || item.failure !== undefined || task.until !== undefined) return undefined
  const { params, context } = item
  try {
    const result = await execute({ module, params, answers: {}, context }, MUST_NOT_ACT)
    return applyResultConditions((own) => createEngine(item.scope.under(own), home), task, result)
  } catch (error) {
    return failureResult(error instanceof TaskFailure ? error : evaluationFailure(error))
  }
}

const refuse = (): never => {
  throw new Error('a module that is evaluated ahead of its turn must not act')
}

const MUST_NOT_ACT = {
  look: refuse,
  run: refuse,
  push: refuse,
  call: refuse,
  wait: refuse,
  intend: refuse,
}
