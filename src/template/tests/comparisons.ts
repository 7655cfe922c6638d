import { isDict, type Value } from '../../values/value.ts'
import type { Test } from '../filter.ts'
import { bind, REQUIRED } from '../python/bind.ts'
import { iterate } from '../python/convert.ts'
import { dictGet, equalityKey, equals, toKey } from '../python/equality.ts'
import { PythonError } from '../python/error.ts'
import { compare } from '../python/ordering.ts'
import { isTrue } from '../python/truth.ts'
import { typeName } from '../python/type-name.ts'

type Relation = (left: Value, right: Value) => boolean

function comparison(relation: Relation): Test {
  return (input, args) => relation(input, bind(args, { other: REQUIRED }).other)
}

const eq = comparison(equals)
const ne = comparison((left, right) => !equals(left, right))
const lt = comparison((left, right) => compare(left, '<', right))
const le = comparison((left, right) => compare(left, '<=', right))
const gt = comparison((left, right) => compare(left, '>', right))
const ge = comparison((left, right) => compare(left, '>=', right))

/** Python's `item in container`. */
function isIn(item: Value, container: Value): boolean {
  if (typeof container === 'string') {
    if (typeof item === 'string') return container.includes(item)
    throw new PythonError(`'in <string>' requires string as left operand, not ${typeName(item)}`)
  }
  if (isDict(container)) return dictGet(container, toKey(item)) !== undefined
  if (Array.isArray(container)) return container.some((member) => equals(member, item))
  throw new PythonError(`argument of type '${typeName(container)}' is not iterable`)
}

/** The members as a set; Python cannot put lists and dicts into one. */
function setOf(value: Value): Set<string> {
  return new Set(
    iterate(value).map((item) => {
      toKey(item)
      return equalityKey(item)
    }),
  )
}

const subset = comparison((left, right) => setOf(left).isSubsetOf(setOf(right)))
const superset = comparison((left, right) => setOf(left).isSupersetOf(setOf(right)))

const any: Test = (input, args) => {
  bind(args, {})
  return iterate(input).some(isTrue)
}

const all: Test = (input, args) => {
  bind(args, {})
  return iterate(input).every(isTrue)
}

export const tests: Readonly<Record<string, Test>> = {
  eq,
  equalto: eq,
  '==': eq,
  ne,
  '!=': ne,
  lt,
  lessthan: lt,
  '<': lt,
  le,
  '<=': le,
  gt,
  greaterthan: gt,
  '>': gt,
  ge,
  '>=': ge,
  in: comparison(isIn),
  contains: comparison((container, item) => isIn(item, container)),
  subset,
  issubset: subset,
  superset,
  issuperset: superset,
  any,
  all,
}
