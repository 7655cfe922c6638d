import type { Value } from '../../values/value.ts'
import type { Filter } from '../filter.ts'
import { bind, REQUIRED } from '../python/bind.ts'
import { iterate } from '../python/convert.ts'
import { equalityKey } from '../python/equality.ts'

/*
 * The order of Python's sets is undefined, and so is the order of these filters in Ansible. Here items come in the order
 * in which they first stand in the input, then in the argument, so that two runs agree.
 */

function distinct(items: readonly Value[]): Map<string, Value> {
  const set = new Map<string, Value>()
  for (const item of items) {
    const key = equalityKey(item)
    if (!set.has(key)) set.set(key, item)
  }
  return set
}

function setFilter(choose: (left: Map<string, Value>, right: Map<string, Value>) => Value[]): Filter {
  return (input, args) => {
    const { b } = bind(args, { b: REQUIRED })
    return choose(distinct(iterate(input)), distinct(iterate(b)))
  }
}

/** The items of one set that the other does not have. */
function without(left: Map<string, Value>, right: Map<string, Value>): Value[] {
  return [...left].filter(([key]) => !right.has(key)).map(([, item]) => item)
}

export const filters: Readonly<Record<string, Filter>> = {
  union: setFilter((left, right) => [...left.values(), ...without(right, left)]),
  intersect: setFilter((left, right) => [...left].filter(([key]) => right.has(key)).map(([, item]) => item)),
  difference: setFilter(without),
  symmetric_difference: setFilter((left, right) => [...without(left, right), ...without(right, left)]),
}
