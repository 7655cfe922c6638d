import { DateTime } from '../../../values/date-time.ts'
import { REDACTED } from '../../../values/secret.ts'
import type { Key, Value } from '../../../values/value.ts'
import { dateAttribute } from '../../methods/dates.ts'
import { dictMethod } from '../../methods/dicts.ts'
import { listMethod, tupleMethod } from '../../methods/lists.ts'
import { textMethod } from '../../methods/strings.ts'
import { Blank, Instance, Namespace, type Operand, Range, Tuple, Undefined } from '../../operand.ts'
import { typeOf } from '../../operators/type-of.ts'
import { dictGet, toKey } from '../../python/equality.ts'
import { PythonError } from '../../python/error.ts'
import { NamedTuple } from '../../python/named-tuple.ts'
import { characters } from '../../python/sequence.ts'
import type { Context } from '../context.ts'
import { raise } from '../errors.ts'
import { resolveValue } from './resolve-operand.ts'
import { guarded, hideIf, reveal, Taint } from './secrets.ts'

/** `value.name`: a method or attribute first, else the item of that name. Undefined values stay undefined. */
export function attributeOf(value: Operand, name: string, context: Context): Operand {
  if (value instanceof Undefined) return value
  const taint = new Taint()
  const object = reveal(value, taint)
  const found = firstOf(attribute(object, name, context), () => entry(object, name))
  if (found === undefined) return missing(object, `'${name}'`, context)
  return hideIf(taint, context.evaluation.force(found))
}

/** `value[index]`: the item, else the method or attribute of that name. Undefined values stay undefined. */
export function itemOf(value: Operand, index: Operand, context: Context): Operand {
  if (value instanceof Undefined) return value
  if (index instanceof Undefined) raise(index)
  const taint = new Taint()
  const object = reveal(value, taint)
  const indexTaint = new Taint()
  const key = resolveValue(context.evaluation, index, indexTaint)
  taint.take(indexTaint)
  return guarded(taint, 'getting an item', () => {
    const found = firstOf(item(object, key), () => attribute(object, key, context))
    if (found !== undefined) return context.evaluation.force(found)
    return missing(object, indexTaint.hidden ? REDACTED : described(key), context)
  })
}

/** An item by Jinja's rules for filters: a name or number, undefined when it is missing. */
export function partOf(value: Operand, part: string | number, context: Context): Operand | undefined {
  if (value instanceof Undefined) return undefined
  const taint = new Taint()
  const object = reveal(value, taint)
  const found = firstOf(item(object, part), () => attribute(object, part, context))
  return found === undefined ? undefined : hideIf(taint, context.evaluation.force(found))
}

/** A method or attribute, never an item: the filter `attr`. */
export function attributeOnly(value: Operand, name: string, context: Context): Operand {
  if (value instanceof Undefined) return value
  const taint = new Taint()
  const object = reveal(value, taint)
  const found = attribute(object, name, context)
  return found === undefined ? missing(object, `'${name}'`, context) : hideIf(taint, found)
}

/** Why there is no such item. */
export function missing(object: Operand, name: string, context: Context): Undefined {
  return new Undefined(`object of type '${typeOf(object)}' has no attribute ${name}`, context.frame.mark())
}

function described(key: Value): string {
  return typeof key === 'string' ? `'${key}'` : String(key)
}

/** Null is a value here, so `??` will not do. */
function firstOf(first: Operand | undefined, second: () => Operand | undefined): Operand | undefined {
  return first === undefined ? second() : first
}

function attribute(object: Operand, name: Value, context: Context): Operand | undefined {
  if (typeof name !== 'string') return undefined
  if (typeof object === 'string') return textMethod(object, name, context)
  if (object instanceof NamedTuple) {
    const field = object.field(name)
    if (field !== undefined) return field
  }
  if (Array.isArray(object)) return listMethod(object, name, context.evaluation)
  if (object instanceof Map) return dictMethod(object, name, context.evaluation)
  if (object instanceof Tuple) return tupleMethod(object, name, context.evaluation)
  if (object instanceof Instance) return object.attribute(name)
  if (object instanceof Namespace) return object.attributes.get(name)
  if (object instanceof DateTime) return dateAttribute(object, name)
  if (object instanceof Blank) throw new PythonError("Type 'Undefined' is unsupported for variable storage.")
  return undefined
}

function entry(object: Operand, name: string): Operand | undefined {
  return object instanceof Map ? object.get(name) : undefined
}

function item(object: Operand, key: Value): Operand | undefined {
  if (object instanceof Map) return dictGet(object as Map<Key, Value>, toKey(key))
  const index = typeof key === 'boolean' ? Number(key) : key
  if (typeof index !== 'number') return undefined
  const items = indexed(object)
  return items?.[index < 0 ? index + items.length : index]
}

function indexed(object: Operand): readonly Operand[] | undefined {
  if (Array.isArray(object)) return object
  if (object instanceof Tuple) return object.items
  if (typeof object === 'string') return characters(object)
  return object instanceof Range ? object.items() : undefined
}
