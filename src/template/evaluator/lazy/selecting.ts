import { type CallArguments, type Operand, Undefined } from '../../operand.ts'
import { PythonError } from '../../python/error.ts'
import type { Context } from '../context.ts'
import { isTrue } from '../expressions.ts'
import { applyFilter } from '../filters.ts'
import { iterate } from '../statements/iterate.ts'
import { applyTest } from '../tests.ts'
import { attributeOnly, missing, partOf } from '../values/access.ts'
import { bindLazy, type LazyFilter } from './filter.ts'

type Path = readonly (string | number)[]

/** `a.b.0` as its steps. */
function pathOf(path: Operand): Path {
  if (typeof path !== 'string' && typeof path !== 'number') {
    throw new PythonError('the name of an attribute must be text or a number')
  }
  return String(path)
    .split('.')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part))
}

/** What a path leads to, step by step; the reason when a step is missing. */
function attributePath(value: Operand, path: Path, context: Context): Operand {
  let current = value
  for (const part of path) {
    if (current instanceof Undefined) return current
    const found = partOf(current, part, context)
    if (found === undefined)
      return missing(current, typeof part === 'number' ? String(part) : `'${part}'`, context)
    current = found
  }
  return current
}

const attr: LazyFilter = (input, args, context) => {
  const [name] = bindLazy(args, 'name')
  if (typeof name !== 'string') throw new PythonError('attr needs the name of an attribute')
  return attributeOnly(input, name, context)
}

const map: LazyFilter = (input, args, context) => {
  const items = iterate(input)
  const { evaluation } = context
  const attribute = args.named.get('attribute')
  if (attribute !== undefined && args.positional.length === 0) {
    // A default of None is none at all to Jinja.
    const fallback = args.named.get('default') ?? undefined
    const path = pathOf(attribute)
    return items.map((item) => {
      const value = attributePath(evaluation.force(item), path, context)
      return value instanceof Undefined && fallback !== undefined ? fallback : value
    })
  }
  const [name, ...positional] = args.positional
  if (typeof name !== 'string') throw new PythonError('map requires a filter argument')
  return items.map((item) =>
    applyFilter(name, evaluation.force(item), { positional, named: args.named }, context),
  )
}

/** `select`, `reject` and their `attr` forms. */
function selecting(wanted: boolean, byAttribute: boolean): LazyFilter {
  return (input, args, context) => {
    const items = iterate(input)
    const positional = [...args.positional]
    const attribute = byAttribute ? positional.shift() : undefined
    if (byAttribute && attribute === undefined) throw new PythonError('Missing parameter for attribute name')
    const test = testOf({ positional, named: args.named }, context)
    const path = attribute === undefined ? undefined : pathOf(attribute)
    return items.filter((item) => {
      const value = context.evaluation.force(item)
      const judged = path === undefined ? value : attributePath(value, path, context)
      return test(judged) === wanted
    })
  }
}

function testOf(args: CallArguments, context: Context): (value: Operand) => boolean {
  const [name, ...positional] = args.positional
  if (name === undefined) return isTrue
  if (typeof name !== 'string') throw new PythonError('the name of a test must be text')
  return (value) => applyTest(name, value, { positional, named: args.named }, context)
}

/** Filters that apply other filters and tests to each item. */
export const selectingFilters: Readonly<Record<string, LazyFilter>> = {
  attr,
  map,
  select: selecting(true, false),
  reject: selecting(false, false),
  selectattr: selecting(true, true),
  rejectattr: selecting(false, true),
}
