import { Float } from '../../values/float.ts'
import { isDict, type Value } from '../../values/value.ts'
import type { Test } from '../filter.ts'
import { bind } from '../python/bind.ts'
import { isNumeric } from '../python/numbers/number.ts'

function ofType(holds: (value: Value) => boolean): Test {
  return (input, args) => {
    bind(args, {})
    return holds(input)
  }
}

const isCollection = (value: Value) => typeof value === 'string' || Array.isArray(value) || isDict(value)

const nan = ofType((value) => value instanceof Float && Number.isNaN(value.value))

export const tests: Readonly<Record<string, Test>> = {
  none: ofType((value) => value === null),
  boolean: ofType((value) => typeof value === 'boolean'),
  true: ofType((value) => value === true),
  false: ofType((value) => value === false),
  integer: ofType((value) => typeof value === 'number' || typeof value === 'bigint'),
  float: ofType((value) => value instanceof Float),
  number: ofType(isNumeric),
  string: ofType((value) => typeof value === 'string'),
  mapping: ofType(isDict),
  sequence: ofType(isCollection),
  iterable: ofType(isCollection),
  // Nothing is escaped by itself, and `safe` gives plain text.
  escaped: ofType(() => false),
  nan,
  isnan: nan,
}
