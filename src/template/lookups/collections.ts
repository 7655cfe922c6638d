import { randomInt } from 'node:crypto'
import { type Dict, dict, isDict, type Value } from '../../values/value.ts'
import type { Operand } from '../operand.ts'
import { PythonError } from '../python/error.ts'
import { isTrue } from '../python/truth.ts'
import { type Lookup, type Lookups, plainLookup } from './define.ts'

function listFrom(term: Value, name: string): Value[] {
  if (Array.isArray(term)) return term
  throw new PythonError(`${name} needs lists`)
}

/** One level of lists opened, as `with_items` does. */
function flattened(terms: readonly Value[]): Value[] {
  return terms.flatMap((term) => (Array.isArray(term) ? term : [term]))
}

const dicts: Lookup['run'] = (terms) =>
  terms.flatMap((term) => {
    if (!isDict(term)) throw new PythonError('the lookup dict expects a dict')
    return Array.from(term, ([key, value]) => dict({ key, value }))
  })

/** All levels of lists opened, nulls dropped; of community.general. */
const deeplyFlattened = (term: Value): Value[] =>
  Array.isArray(term) ? term.flatMap(deeplyFlattened) : term === null ? [] : [term]

/** Every combination of one item from each list, the first list slowest; as in Ansible lists among the items are opened. */
const nested: Lookup['run'] = (terms) => {
  if (terms.length === 0)
    throw new PythonError('with_nested requires at least one element in the nested list')
  const [first, ...others] = terms.map((term) => (Array.isArray(term) ? term : [term]))
  let rows: Value[] = first!
  for (const items of others) rows = rows.flatMap((row) => items.map((item) => flattened([row, item])))
  return rows.map((row) => flattened(Array.isArray(row) ? row : [row]))
}

/** The first items of all lists, the second items, and so on, flattened one level; null where a list is shorter. */
const together: Lookup['run'] = (terms) => {
  if (terms.length === 0) throw new PythonError('with_together requires at least one element in each list')
  const lists = terms.map((term) => listFrom(term, 'together'))
  const longest = Math.max(...lists.map((list) => list.length))
  return Array.from({ length: longest }, (_, index) => flattened(lists.map((list) => list[index] ?? null)))
}

const indexedItems: Lookup['run'] = (terms) => flattened(terms).map((item, index): Operand => [index, item])

/** A dict without the entry at the end of a path; the dicts on the way are copied. */
function without(record: Dict, [name, ...rest]: readonly string[]): Dict {
  const copy = new Map(record)
  const inner = copy.get(name!)
  if (rest.length === 0) copy.delete(name!)
  else if (inner !== undefined && isDict(inner)) copy.set(name!, without(inner, rest))
  return copy
}

const randomChoice: Lookup['run'] = (terms) => (terms.length === 0 ? [] : [terms[randomInt(terms.length)]!])

/** Each dict of a list, less the list it has under a name, with each item of that list. */
const subelements: Lookup['run'] = (terms) => {
  const [source, path, flags] = terms
  if (source === undefined || typeof path !== 'string') {
    throw new PythonError('subelements needs a list (or dict) of dicts and the name of a list in each')
  }
  if (terms.length > 3) throw new PythonError('subelements takes two terms, and a third with its flags')
  if (flags !== undefined && !(isDict(flags) && [...flags.keys()].every((flag) => flag === 'skip_missing')))
    throw new PythonError('the optional third item must be a dict with flags skip_missing')
  const skipMissing = flags !== undefined && isTrue(flags.get('skip_missing') ?? false)
  const records = isDict(source) ? [...source.values()] : listFrom(source, 'subelements')
  return records.flatMap((record): Operand[] => {
    let current: Value | undefined = record
    for (const part of path.split('.'))
      current = current !== undefined && isDict(current) ? current.get(part) : undefined
    if (current === undefined) {
      if (skipMissing) return []
      throw new PythonError(`could not find '${path}' key in iterated item`)
    }
    if (!Array.isArray(current)) throw new PythonError(`the key ${path} should point to a list`)
    const rest = without(record as Dict, path.split('.'))
    return current.map((item): Operand => [rest, item])
  })
}

/** Lookups that rearrange what they are given. */
export const collectionLookups: Lookups = {
  dict: plainLookup(dicts),
  items: plainLookup(flattened),
  flattened: plainLookup((terms) => terms.flatMap(deeplyFlattened)),
  list: plainLookup((terms) => terms),
  nested: plainLookup(nested),
  // community.general has the same under this name.
  cartesian: plainLookup(nested),
  together: plainLookup(together),
  indexed_items: plainLookup(indexedItems),
  subelements: plainLookup(subelements),
  random_choice: plainLookup(randomChoice),
}
