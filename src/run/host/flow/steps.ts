import type { Entry, Include, Included, Task } from '../../../playbook/playbook.ts'
import type { Dict, Value } from '../../../values/value.ts'
import type { Turn } from '../../batch/turn.ts'

/** Where a list of tasks stands in the run. */
export interface Place {
  readonly turn: Turn
  /** Variables of the includes that led there; they win over results. */
  readonly params: ReadonlyMap<string, Value>
  /** They run because a handler was notified. */
  readonly handler: boolean
}

/** A task in its place in the run. */
export interface Step extends Place {
  readonly task: Task
}

/** The parts of a block, in the order in which their tasks come. */
const PARTS = ['block', 'rescue', 'always'] as const
type Part = (typeof PARTS)[number]

/** Those that are done when no task fails. */
const HOPED_FOR: readonly Part[] = ['block', 'always']

/** The place a step further inside: of the nth of a list, of a round of a loop. */
export function placeAt(place: Place, ...turn: readonly number[]): Place {
  return { ...place, turn: [...place.turn, ...turn] }
}

/** The place of what a part of a block holds. */
export function partPlace(place: Place, part: Part): Place {
  return placeAt(place, PARTS.indexOf(part))
}

/** The place of what a task includes, for the item at `index` of its loop. */
export function includedPlace(step: Place, include: Include, index: number, loopVariables: Dict): Place {
  const variables = [...loopVariables].map(([name, value]) => [String(name), value] as const)
  return { ...placeAt(step, index), params: new Map([...step.params, ...include.vars, ...variables]) }
}

/** What the arguments of an include come to, by their names. */
export function includeArguments(params: unknown): ReadonlyMap<string, Value> {
  const entries = Object.entries(params as Record<string, Value | undefined>)
  return new Map(entries.filter((entry): entry is [string, Value] => entry[1] !== undefined))
}

/** What an include of a task has read, for one item of its loop. */
export interface Inclusion {
  readonly included: Included
  readonly loopVariables: Dict
}

/**
 * The tasks of a list that will be done when none fails, in order: of blocks without their rescue.
 * @param from index of the first entry
 */
export function stepsOf(entries: readonly Entry[], place: Place, from = 0): Step[] {
  return steps(entries, place, from, HOPED_FOR)
}

/** All tasks of a list, in order. */
export function allSteps(entries: readonly Entry[], place: Place): Step[] {
  return steps(entries, place, 0, PARTS)
}

function steps(entries: readonly Entry[], place: Place, from: number, parts: readonly Part[]): Step[] {
  return entries.slice(from).flatMap((entry, index) => {
    const own = placeAt(place, from + index)
    if (entry.kind === 'task') return [{ ...own, task: entry }]
    return parts.flatMap((part) => steps(entry[part], partPlace(own, part), 0, parts))
  })
}
