import type { Value } from '../values/value.ts'
import type { FilterContext } from './filter.ts'
import { typeName } from './python/type-name.ts'

/** Jinja's `attribute=` of a filter: the item's attribute by that path, or the item itself when there is no path. */
export function attributeOf(item: Value, path: Value, context: FilterContext): Value {
  if (path === null) return item
  const found = context.attribute(item, typeof path === 'number' ? path : String(path))
  if (found !== undefined) return found
  return context.undefined(`object of type '${typeName(item)}' has no attribute '${String(path)}'`)
}

/** What items are compared by: lower case for text, unless its case counts. */
export function comparisonKey(item: Value, caseSensitive: boolean): Value {
  return typeof item === 'string' && !caseSensitive ? item.toLowerCase() : item
}
