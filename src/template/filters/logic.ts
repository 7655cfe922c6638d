import { Float } from '../../values/float.ts'
import type { Value } from '../../values/value.ts'
import type { Filter } from '../filter.ts'
import { bind } from '../python/bind.ts'

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

export const filters: Readonly<Record<string, Filter>> = { bool }
