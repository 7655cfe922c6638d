import { type Operand, Range, Tuple, Undefined } from '../../operand.ts'
import { typeOf } from '../../operators/type-of.ts'
import { PythonError } from '../../python/error.ts'
import { textLength } from '../../python/sequence.ts'
import { raise } from '../errors.ts'
import { iterate } from '../statements/iterate.ts'
import { hideIf, reveal, Taint } from '../values/secrets.ts'
import { bindLazy, type LazyFilter } from './filter.ts'

const first: LazyFilter = (input, args, context) => {
  bindLazy(args)
  const items = iterate(input)
  return items.length > 0
    ? context.evaluation.force(items[0]!)
    : new Undefined('No first item, sequence was empty.', context.frame.mark())
}

const last: LazyFilter = (input, args, context) => {
  bindLazy(args)
  const items = iterate(input)
  return items.length > 0
    ? context.evaluation.force(items.at(-1)!)
    : new Undefined('No last item, sequence was empty.', context.frame.mark())
}

const length: LazyFilter = (input, args) => {
  bindLazy(args)
  const taint = new Taint()
  return hideIf(taint, sizeOf(reveal(input, taint)))
}

function sizeOf(value: Operand): number {
  if (typeof value === 'string') return textLength(value)
  if (Array.isArray(value)) return value.length
  if (value instanceof Map) return value.size
  if (value instanceof Tuple) return value.items.length
  if (value instanceof Range) return value.length
  throw new PythonError(`object of type '${typeOf(value)}' has no len()`)
}

/** Unlike `length` and `first` it uses every item, so that one which is undefined makes the whole undefined. */
const list: LazyFilter = (input, args, context) => {
  bindLazy(args)
  return iterate(input).map((item) => {
    const value = context.evaluation.force(item)
    return value instanceof Undefined ? raise(value) : value
  })
}

const typeDebug: LazyFilter = (input, args) => {
  bindLazy(args)
  return input instanceof Undefined ? 'UndefinedMarker' : typeOf(reveal(input, new Taint()))
}

/** Filters that take a list or dict without looking into its items. */
export const itemFilters: Readonly<Record<string, LazyFilter>> = {
  first,
  last,
  length,
  count: length,
  list,
  type_debug: typeDebug,
}
