import type { Entry, Task } from '../../playbook/playbook.ts'
import type { Turn } from '../batch/turn.ts'

/** A task in its place in the run. */
export interface Step {
  readonly task: Task
  readonly turn: Turn
}

/** The parts of a block, in the order in which their tasks come. */
const PARTS = ['block', 'rescue', 'always'] as const

/** The turn of what a part of a block at `turn` holds. */
export function partTurn(turn: Turn, part: (typeof PARTS)[number]): Turn {
  return [...turn, PARTS.indexOf(part)]
}

/**
 * The tasks of a list that will be done when none fails, in order: of blocks without their rescue.
 * @param turn of the list
 * @param from index of the first entry
 */
export function stepsOf(entries: readonly Entry[], turn: Turn, from = 0): Step[] {
  return entries.slice(from).flatMap((entry, index) => {
    const own = [...turn, from + index]
    if (entry.kind === 'task') return [{ task: entry, turn: own }]
    return [
      ...stepsOf(entry.block, partTurn(own, 'block')),
      ...stepsOf(entry.always, partTurn(own, 'always')),
    ]
  })
}
