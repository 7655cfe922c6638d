import { ModuleFailure } from '../../modules/module.ts'
import type { Task } from '../../playbook/playbook.ts'
import { createEngine } from '../../template/engine.ts'
import type { Value } from '../../values/value.ts'
import type { HostState, RunState } from '../run-state.ts'
import type { PlayVariables, StageNames } from '../scope/variables.ts'
import { drive } from './drive.ts'
import { PendingResult } from './pending.ts'
import { evaluationFailure, type PreparedItem, type PreparedTask, prepareTask } from './prepare.ts'
import { applyResultConditions } from './result-conditions.ts'
import { failureResult, registered, skippedResult, type TaskResult } from './task-result.ts'

/** Tasks that can be known together: their states are read in one request. */
export interface Stage {
  readonly tasks: readonly PreparedTask[]
  /** The items of all of them, in order. */
  readonly items: readonly PreparedItem[]
}

/**
 * Prepares tasks in order until one needs the result of a task before it in the stage. Results that are certain
 * before their turn, of skipped tasks and of pure modules (`set_fact`), do not end it.
 */
export async function collectStage(
  run: RunState,
  host: HostState,
  play: PlayVariables,
  tasks: readonly Task[],
): Promise<Stage> {
  const names: StageNames = { known: new Map(), pending: new Set() }
  const prepared: PreparedTask[] = []
  for (const task of tasks) {
    try {
      const next = await prepareTask({ run, host, play, stage: names }, task)
      await foresee(run, next, names)
      prepared.push(next)
    } catch (error) {
      if (error instanceof PendingResult && prepared.length > 0) break
      throw error
    }
  }
  return { tasks: prepared, items: prepared.flatMap(({ items }) => items) }
}

/** Notes what a task of a stage will have set: values that are certain, or names without a value yet. */
export async function foresee(run: RunState, prepared: PreparedTask, names: StageNames): Promise<void> {
  const { task, module } = prepared
  const single = prepared.looped ? undefined : prepared.items[0]
  const skip = prepared.skip ?? single?.skip
  if (skip !== undefined) {
    if (task.register !== undefined) know(names, task.register, registered(skippedResult(skip)))
    return
  }
  if (
    module.immediate === true &&
    single?.failure === undefined &&
    single !== undefined &&
    task.until === undefined
  ) {
    const result = await evaluate(run, prepared, single)
    for (const [name, value] of result.facts) know(names, name, value)
    if (task.register !== undefined) know(names, task.register, registered(result))
    return
  }
  if (task.register !== undefined) names.pending.add(task.register)
  // What a loop of set_fact sets is known at its turn.
  if (module.spec.freeKeys === true) for (const name of task.args.keys()) names.pending.add(name)
}

function know(names: StageNames, name: string, value: Value): void {
  names.pending.delete(name)
  names.known.set(name, value)
}

/** What a pure module will say. It is asked again at its turn; asking twice costs nothing. */
async function evaluate(run: RunState, prepared: PreparedTask, item: PreparedItem): Promise<TaskResult> {
  try {
    const result = await drive(prepared.module, item, item.observation?.parse(null), null, undefined, {
      run: refuse,
      push: refuse,
      wait: refuse,
      intend: refuse,
    })
    return applyResultConditions(
      (own) => createEngine(item.scope.under(own), run.home),
      prepared.task,
      result,
    )
  } catch (error) {
    return failureResult(error instanceof ModuleFailure ? error : evaluationFailure(error))
  }
}

function refuse(): never {
  throw new Error('a module that is evaluated ahead of its turn must not act')
}
