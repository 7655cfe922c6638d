import { Float } from '../../values/float.ts'
import type { Value } from '../../values/value.ts'
import type { Filter } from '../filter.ts'
import { bind, REQUIRED } from '../python/bind.ts'
import { isTrue } from '../python/truth.ts'

const TRUE = new Set(['yes', 'on', 'true', '1'])

/** Ansible's `bool`: the usual words for true, and 1; everything else is false. */
function toBoolean(value: Value): boolean {
  if (typeof value === 'boolean') return value
  if (typeof value === 'string') return TRUE.has(value.toLowerCase())
  return value === 1 || (value instanceof Float && value.value === 1)
}

const bool: Filter = (input, args) => {
  bind(args, {})
  return toBoolean(input)
}

const ternary: Filter = (input, args) => {
  const { true_val, false_val, none_val } = bind(args, {
    true_val: REQUIRED,
    false_val: REQUIRED,
    none_val: null,
  })
  if (input === null && none_val !== null) return none_val
  return isTrue(input) ? true_val : false_val
}

export const filters: Readonly<Record<string, Filter>> = { bool, ternary }
