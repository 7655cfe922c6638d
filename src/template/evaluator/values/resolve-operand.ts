import { Secret } from '../../../values/secret.ts'
import type { Key, Value } from '../../../values/value.ts'
import { OMIT } from '../../api.ts'
import { Hidden, Internal, type Operand, Range, Tuple, Undefined } from '../../operand.ts'
import type { Plain } from '../../operators/compare.ts'
import { typeOf } from '../../operators/type-of.ts'
import { PythonError } from '../../python/error.ts'
import { raise } from '../errors.ts'
import type { Evaluation } from '../evaluation.ts'
import { type Inventory, scalarKey, type Taint } from './secrets.ts'

/**
 * An operand with everything in it rendered and revealed, for operators, filters and printing. Tuples and ranges stay
 * what they are at the top and are lists below. Lists and dicts without anything to do are returned themselves.
 * @throws TemplateError for an undefined value inside; PythonError for what cannot be stored
 */
export function resolveOperand(evaluation: Evaluation, operand: Operand, taint: Taint): Plain {
  const value = evaluation.force(operand)
  if (value instanceof Hidden) {
    taint.note(value)
    return resolveOperand(evaluation, value.value, taint)
  }
  if (value instanceof Tuple) return new Tuple(plainItems(evaluation, value.items, taint))
  return value instanceof Range ? value : resolveValue(evaluation, value, taint)
}

/** {@link resolveOperand} with tuples and ranges as lists, as filters want it. */
export function resolveValue(evaluation: Evaluation, operand: Operand, taint: Taint): Value {
  const value = evaluation.force(operand)
  if (value === null || typeof value === 'string') return value
  if (Array.isArray(value)) return plainItems(evaluation, value, taint)
  if (value instanceof Map) return plainEntries(evaluation, value, taint)
  if (value instanceof Secret) {
    taint.note(value)
    return value.reveal()
  }
  if (value instanceof Hidden) {
    taint.note(value)
    return resolveValue(evaluation, value.value, taint)
  }
  if (value === OMIT || value instanceof Internal) return storable(evaluation, value, taint)
  return value
}

function storable(evaluation: Evaluation, value: Internal | typeof OMIT, taint: Taint): Value {
  if (value instanceof Undefined) raise(value)
  if (value instanceof Tuple) return plainItems(evaluation, value.items, taint)
  if (value instanceof Range) return value.items()
  throw new PythonError(`Type '${typeOf(value)}' is unsupported for variable storage.`)
}

function plainItems(evaluation: Evaluation, items: readonly Operand[], taint: Taint): Value[] {
  let changed: Value[] | undefined
  for (let index = 0; index < items.length; index++) {
    const item = evaluation.force(items[index]!)
    if (item === OMIT) {
      changed ??= items.slice(0, index) as Value[]
      continue
    }
    const done = resolveValue(evaluation, item, taint)
    if (changed !== undefined) changed.push(done)
    else if (done !== items[index]) changed = [...(items.slice(0, index) as Value[]), done]
  }
  return changed ?? (items as Value[])
}

function plainEntries(evaluation: Evaluation, entries: Map<Key, Operand>, taint: Taint): Map<Key, Value> {
  let same = true
  const result = new Map<Key, Value>()
  for (const [key, item] of entries) {
    const value = evaluation.force(item)
    if (value === OMIT) {
      same = false
      continue
    }
    const done = resolveValue(evaluation, value, taint)
    if (done !== item) same = false
    result.set(key, done)
  }
  return same ? (entries as Map<Key, Value>) : result
}

/** Notes which scalars inside an operand are open and which are secret. Call it after {@link resolveOperand} succeeded. */
export function takeInventory(evaluation: Evaluation, operand: Operand, inventory: Inventory): void {
  const value = evaluation.force(operand)
  if (Array.isArray(value)) {
    for (const item of value) takeInventory(evaluation, item, inventory)
  } else if (value instanceof Map) {
    for (const [key, item] of value) {
      inventory.open.add(scalarKey(key))
      takeInventory(evaluation, item, inventory)
    }
  } else if (value instanceof Tuple) {
    for (const item of value.items) takeInventory(evaluation, item, inventory)
  } else if (value instanceof Secret) {
    inventory.secret.add(scalarKey(value.reveal()))
  } else if (value instanceof Range) {
    for (const item of value.items()) inventory.open.add(scalarKey(item))
  } else if (!(value instanceof Internal) && value !== OMIT) {
    inventory.open.add(scalarKey(value))
  }
}
