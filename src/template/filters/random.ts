import { isDict, type Value } from '../../values/value.ts'
import type { Filter } from '../filter.ts'
import { bind } from '../python/bind.ts'
import { asInteger, iterate } from '../python/convert.ts'
import { PythonError } from '../python/error.ts'
import { isInteger } from '../python/numbers/number.ts'
import { type Chance, seededChance, shuffled, systemChance } from '../python/numbers/random.ts'
import { isTrue } from '../python/truth.ts'

/** Python's `randrange(start, end, step)`. */
function inRange(start: number, end: number, step: number, chance: Chance): number {
  if (step === 0) throw new PythonError('zero step for randrange()')
  const count = Math.ceil((end - start) / step)
  if (count <= 0) throw new PythonError(`empty range for randrange() (${start}, ${end}, ${end - start})`)
  return start + step * chance.below(count)
}

const random: Filter = (input, args) => {
  const { start, step, seed } = bind(args, { start: null, step: null, seed: null })
  const chance = seed === null ? systemChance : seededChance(seed)
  if (isInteger(input)) {
    const from = isTrue(start) ? asInteger(start, 'start') : 0
    return inRange(from, asInteger(input, 'end'), isTrue(step) ? asInteger(step, 'step') : 1, chance)
  }
  if (!Array.isArray(input) && typeof input !== 'string') {
    throw new PythonError('random can only be used on sequences and integers')
  }
  if (isTrue(start) || isTrue(step))
    throw new PythonError('start and step can only be used with integer values')
  const items = iterate(input)
  if (items.length === 0) throw new PythonError('Cannot choose from an empty sequence')
  return items[chance.below(items.length)]!
}

const shuffle: Filter = (input, args) => {
  const { seed } = bind(args, { seed: null })
  const shufflable = Array.isArray(input) || isDict(input) || typeof input === 'string'
  // Ansible hands back what it cannot shuffle.
  return shufflable
    ? shuffled<Value>(iterate(input), isTrue(seed) ? seededChance(seed) : systemChance)
    : input
}

export const filters: Readonly<Record<string, Filter>> = { random, shuffle }
