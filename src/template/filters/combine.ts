import { type Dict, isDict, type Value } from '../../values/value.ts'
import type { Filter } from '../filter.ts'
import { bindNamed } from '../python/bind.ts'
import { dictGet, dictSet, equalityKey, equals } from '../python/equality.ts'
import { PythonError } from '../python/error.ts'
import { isTrue } from '../python/truth.ts'
import { typeName } from '../python/type-name.ts'

type ListMerge = (low: Value[], high: Value[]) => Value[]

const LIST_MERGES: ReadonlyMap<Value, ListMerge> = new Map<Value, ListMerge>([
  ['replace', (_, high) => high],
  ['keep', (low) => low],
  ['append', (low, high) => [...low, ...high]],
  ['prepend', (low, high) => [...high, ...low]],
  ['append_rp', (low, high) => [...without(low, high), ...high]],
  ['prepend_rp', (low, high) => [...high, ...without(low, high)]],
])

function without(items: Value[], others: Value[]): Value[] {
  const present = new Set(others.map(equalityKey))
  return items.filter((item) => !present.has(equalityKey(item)))
}

/** `high` over `low`: a key of `low` keeps its place. */
function merge(low: Dict, high: Dict, recursive: boolean, lists: ListMerge): Dict {
  // Ansible's shortcut, which shows: equal dicts come in the order of the higher one, their lists not joined.
  if (equals(low, high)) return high
  const result: Dict = new Map(low)
  for (const [key, value] of high) {
    const standing = dictGet(result, key)
    if (isDict(standing) && isDict(value)) {
      dictSet(result, key, recursive ? merge(standing, value, recursive, lists) : value)
    } else if (Array.isArray(standing) && Array.isArray(value)) dictSet(result, key, lists(standing, value))
    else dictSet(result, key, value)
  }
  return result
}

const combine: Filter = (input, args) => {
  for (const name of args.named.keys()) {
    if (name !== 'recursive' && name !== 'list_merge') {
      throw new PythonError("'recursive' and 'list_merge' are the only valid keyword arguments")
    }
  }
  const { recursive, list_merge } = bindNamed(args, { recursive: false, list_merge: 'replace' })
  const lists = LIST_MERGES.get(list_merge)
  if (lists === undefined) {
    throw new PythonError(`'list_merge' must be one of ${[...LIST_MERGES.keys()].join(', ')}`)
  }
  const terms = [input, ...args.positional].flatMap((term) => (Array.isArray(term) ? term : [term]))
  // From the right, as Ansible does: a dict below a value that is none is merged with the dict above that.
  return terms.reduceRight<Value>((high, low) => {
    if (isDict(low) && isDict(high)) return merge(low, high, isTrue(recursive), lists)
    throw new PythonError(
      `failed to combine variables, expected dicts but got a '${typeName(low)}' and a '${typeName(high)}'.`,
    )
  }, terms.pop() ?? new Map())
}

export const filters: Readonly<Record<string, Filter>> = { combine }
