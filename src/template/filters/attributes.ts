import type { Filter } from '../filter.ts'
import { bind, REQUIRED } from '../python/bind.ts'
import { NamedTuple } from '../python/named-tuple.ts'
import { repr, str } from '../python/repr.ts'
import { typeName } from '../python/type-name.ts'

/** Attributes apart from items: of the values that templates hold only the groups of `groupby` have any. */
const attr: Filter = (input, args, context) => {
  const { name } = bind(args, { name: REQUIRED })
  const field = input instanceof NamedTuple ? input.field(str(name)) : undefined
  if (field !== undefined) return field
  return context.undefined(`object of type '${typeName(input)}' has no attribute '${str(name)}'`)
}

const pprint: Filter = (input, args) => {
  bind(args, {})
  return repr(input)
}

export const filters: Readonly<Record<string, Filter>> = { attr, pprint }
