import { isDict, type Value } from '../../values/value.ts'
import type { Filter, FilterContext } from '../filter.ts'
import { attributeOf, comparisonKey } from '../item-key.ts'
import { bind, REQUIRED } from '../python/bind.ts'
import { asCount, asInteger, iterate } from '../python/convert.ts'
import { equalityKey, equals } from '../python/equality.ts'
import { PythonError } from '../python/error.ts'
import { NamedTuple } from '../python/named-tuple.ts'
import { sorted } from '../python/ordering.ts'
import { characters } from '../python/sequence.ts'
import { str } from '../python/text/repr.ts'
import { isTrue } from '../python/truth.ts'

const batch: Filter = (input, args) => {
  const { linecount, fill_with } = bind(args, { linecount: REQUIRED, fill_with: null })
  const size = asCount(linecount, 'linecount')
  if (size < 1) throw new PythonError('linecount must be at least 1')
  const items = iterate(input)
  const rows: Value[][] = []
  for (let start = 0; start < items.length; start += size) rows.push(items.slice(start, start + size))
  const last = rows.at(-1)
  if (fill_with !== null && last !== undefined) while (last.length < size) last.push(fill_with)
  return rows
}

const slice: Filter = (input, args) => {
  const { slices, fill_with } = bind(args, { slices: REQUIRED, fill_with: null })
  const count = asCount(slices, 'slices')
  if (count < 1) throw new PythonError('slices must be at least 1')
  const items = iterate(input)
  const size = Math.floor(items.length / count)
  const longer = items.length % count
  return Array.from({ length: count }, (_, index) => {
    const start = index * size + Math.min(index, longer)
    const column = items.slice(start, start + size + (index < longer ? 1 : 0))
    // Jinja fills also where all columns are equally long.
    return fill_with !== null && index >= longer ? [...column, fill_with] : column
  })
}

const sort: Filter = (input, args, context) => {
  const { reverse, case_sensitive, attribute } = bind(args, {
    reverse: false,
    case_sensitive: false,
    attribute: null,
  })
  const paths = typeof attribute === 'string' ? attribute.split(',') : [attribute]
  const part = (item: Value, path: Value) =>
    comparisonKey(attributeOf(item, path, context), isTrue(case_sensitive))
  const key = (item: Value) =>
    paths.length === 1 ? part(item, paths[0]!) : paths.map((path) => part(item, path))
  return sorted(iterate(input), key, isTrue(reverse))
}

const dictsort: Filter = (input, args) => {
  const { case_sensitive, by, reverse } = bind(args, { case_sensitive: false, by: 'key', reverse: false })
  if (by !== 'key' && by !== 'value') throw new PythonError('You can only sort by either "key" or "value"')
  if (!isDict(input)) throw new PythonError('dictsort takes a dict')
  return sorted(
    [...input],
    ([key, value]) => comparisonKey(by === 'key' ? key : value, isTrue(case_sensitive)),
    isTrue(reverse),
  )
}

function uniqueBy(items: readonly Value[], key: (item: Value) => Value): Value[] {
  const seen = new Set<string>()
  return items.filter((item) => {
    const size = seen.size
    return seen.add(equalityKey(key(item))).size > size
  })
}

const unique: Filter = (input, args, context) => {
  const { case_sensitive, attribute } = bind(args, { case_sensitive: null, attribute: null })
  const items = iterate(input)
  const keys = new Map(items.map((item) => [item, attributeOf(item, attribute, context)]))
  // Python cannot hash lists and dicts; Ansible then compares the items as they are, case and all.
  if ([...keys.values()].some((key) => Array.isArray(key) || isDict(key))) {
    if (case_sensitive === false || attribute !== null) {
      throw new PythonError('values that are lists or dicts cannot be compared by attribute or without case')
    }
    return uniqueBy(items, (item) => item)
  }
  return uniqueBy(items, (item) => comparisonKey(keys.get(item)!, isTrue(case_sensitive)))
}

const groupby: Filter = (input, args, context) => {
  const { attribute, case_sensitive } = bind(args, {
    attribute: REQUIRED,
    // Ansible takes it, and fails all the same where the attribute is missing.
    default: null,
    case_sensitive: false,
  })
  const key = (item: Value) => attributeOf(item, attribute, context)
  const compared = (item: Value) => comparisonKey(key(item), isTrue(case_sensitive))
  const groups: { key: Value; items: Value[] }[] = []
  for (const item of sorted(iterate(input), compared)) {
    const last = groups.at(-1)
    if (last !== undefined && equals(last.key, compared(item))) last.items.push(item)
    else groups.push({ key: compared(item), items: [item] })
  }
  return groups.map(({ items }) => new NamedTuple({ grouper: key(items[0]!), list: items }))
}

const join: Filter = (input, args, context) => {
  const { d, attribute } = bind(args, { d: '', attribute: null })
  return iterate(input)
    .map((item) => str(attributeOf(item, attribute, context)))
    .join(str(d))
}

const reverse: Filter = (input, args) => {
  bind(args, {})
  return typeof input === 'string' ? characters(input).reverse().join('') : [...iterate(input)].reverse()
}

function extreme(input: Value, args: Parameters<Filter>[1], context: FilterContext, largest: boolean): Value {
  const { case_sensitive, attribute } = bind(args, { case_sensitive: false, attribute: null })
  const key = (item: Value) => comparisonKey(attributeOf(item, attribute, context), isTrue(case_sensitive))
  const items = iterate(input)
  if (items.length === 0) return context.undefined('No aggregated item, sequence was empty.')
  return sorted(items, key, largest)[0]!
}

const min: Filter = (input, args, context) => extreme(input, args, context, false)
const max: Filter = (input, args, context) => extreme(input, args, context, true)

const items: Filter = (input, args) => {
  bind(args, {})
  if (!isDict(input)) throw new PythonError('Can only get item pairs from a mapping.')
  return [...input].map(([key, value]) => [key, value])
}

function flattenList(list: readonly Value[], levels: number, skipNulls: boolean): Value[] {
  return list.flatMap((item) => {
    if (skipNulls && (item === null || item === 'None' || item === 'null')) return []
    return Array.isArray(item) && levels >= 1 ? flattenList(item, levels - 1, skipNulls) : [item]
  })
}

const flatten: Filter = (input, args) => {
  const { levels, skip_nulls } = bind(args, { levels: null, skip_nulls: true })
  // The list itself is no level: levels=1 opens the lists in it.
  const depth = levels === null ? Number.POSITIVE_INFINITY : asInteger(levels, 'levels')
  return flattenList(iterate(input), depth, isTrue(skip_nulls))
}

export const filters: Readonly<Record<string, Filter>> = {
  batch,
  slice,
  sort,
  dictsort,
  unique,
  groupby,
  join,
  reverse,
  min,
  max,
  items,
  flatten,
}
