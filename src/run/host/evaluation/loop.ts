import type { TaskResult } from '../../../modules/task-result.ts'
import type { Task } from '../../../playbook/playbook.ts'
import { OMIT, type TemplateEngine } from '../../../template/api.ts'
import { usesIn } from '../../../template/uses.ts'
import { TemplateText } from '../../../values/template-text.ts'
import type { Dict, Key, Value } from '../../../values/value.ts'
import { evaluationFailure, inLine } from './evaluation-failure.ts'
import { seconds, truth } from './task-keywords.ts'

/** What loop_control says of a loop as a whole. */
export interface LoopPlan {
  /** Seconds between items. */
  readonly pause: number
  /** `ansible_loop` is set, with or without `allitems`. */
  readonly extended: 'no' | 'yes' | 'all'
}

export const ONCE: LoopPlan = { pause: 0, extended: 'no' }

/** @throws TaskFailure for values of the wrong type */
export function loopPlan(engine: TemplateEngine, { loopControl }: Task): LoopPlan {
  const all =
    loopControl.extendedAllItems === undefined ||
    truth(engine, loopControl.extendedAllItems, 'extended_allitems')
  const extended = truth(engine, loopControl.extended, 'extended')
  return {
    pause: seconds(engine, loopControl.pause, 'pause'),
    extended: extended ? (all ? 'all' : 'yes') : 'no',
  }
}

/** The variables of the item at `index` of a loop. */
export function loopVariablesOf(
  { loopControl }: Task,
  { extended }: LoopPlan,
  values: readonly Value[],
  index: number,
): Dict {
  const variables: Dict = new Map<Key, Value>([[loopControl.loopVar, values[index] as Value]])
  if (loopControl.indexVar !== undefined) variables.set(loopControl.indexVar, index)
  variables.set('ansible_loop_var', loopControl.loopVar)
  if (loopControl.indexVar !== undefined) variables.set('ansible_index_var', loopControl.indexVar)
  if (extended !== 'no') variables.set('ansible_loop', ansibleLoop(values, index, extended === 'all'))
  return variables
}

function ansibleLoop(values: readonly Value[], index: number, withAll: boolean): Dict {
  const length = values.length
  const loop: Dict = new Map<Key, Value>([
    ['index', index + 1],
    ['index0', index],
    ['first', index === 0],
    ['last', index + 1 === length],
    ['length', length],
    ['revindex', length - index],
    ['revindex0', length - index - 1],
  ])
  if (withAll) loop.set('allitems', values as Value[])
  if (index + 1 < length) loop.set('nextitem', values[index + 1] as Value)
  if (index > 0) loop.set('previtem', values[index - 1] as Value)
  return loop
}

/** What is shown of an item. */
export function itemLabel(engine: TemplateEngine, { loopControl }: Task, value: Value): string {
  const label = loopControl.label === undefined ? value : engine.resolve(loopControl.label)
  return inLine(label === OMIT ? '' : label)
}

/** What is known of an item once it has run. */
export interface ItemEnd {
  readonly result: TaskResult
  readonly label: string
  /** `break_when` holds: no item follows. */
  readonly ends: boolean
}

/**
 * What becomes of a loop after an item: its label, where only now there is one, and whether `break_when` ends the loop.
 * A mistake in either fails the item.
 * @param label what was known before
 * @throws NotYetThere
 */
export function afterItem(
  engine: TemplateEngine,
  task: Task,
  value: Value,
  label: string | undefined,
  result: TaskResult,
): ItemEnd {
  const end = { result, label: label ?? '', ends: false }
  try {
    if (label === undefined && labelNeedsResult(task)) end.label = itemLabel(engine, task, value)
    const breakWhen = task.loopControl.breakWhen ?? []
    end.ends = breakWhen.length > 0 && breakWhen.every((condition) => engine.condition(condition))
  } catch (error) {
    const { message } = evaluationFailure(error)
    return { ...end, ends: true, result: { ...result, failed: true, message: result.message ?? message } }
  }
  return end
}

/** Whether the label speaks of the item's own result, so that it is known only afterwards. */
export function labelNeedsResult({ loopControl: { label }, register }: Task): boolean {
  return register !== undefined && label instanceof TemplateText && usesIn(label).names.has(register)
}

/** Where `with_first_found` looks, by the name of the module (lookup/first_found.py). */
export function folderOf(module: string): string {
  return module.includes('template') ? 'templates' : module.includes('var') ? 'vars' : 'files'
}
