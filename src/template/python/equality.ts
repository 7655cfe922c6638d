import { DateTime } from '../../values/date-time.ts'
import { Float } from '../../values/float.ts'
import { type Dict, isDict, type Key, type Value } from '../../values/value.ts'
import { PythonError } from './error.ts'
import { comparable, isNumeric } from './numbers/number.ts'
import { typeName } from './type-name.ts'

/** Python's `==`: `1 == 1.0 == true`, lists item by item, dicts whatever their order, never text with numbers. */
export function equals(left: Value, right: Value): boolean {
  if (left === right) return true
  // biome-ignore lint/suspicious/noDoubleEquals: only == compares a number with a bigint by value
  if (isNumeric(left)) return isNumeric(right) && comparable(left) == comparable(right)
  if (Array.isArray(left)) {
    return (
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((item, index) => equals(item, right[index]!))
    )
  }
  if (isDict(left)) {
    if (!isDict(right) || left.size !== right.size) return false
    for (const [key, value] of left) {
      const other = dictGet(right, key)
      if (other === undefined || !equals(value, other)) return false
    }
    return true
  }
  return (
    left instanceof DateTime &&
    right instanceof DateTime &&
    left.dateOnly === right.dateOnly &&
    (left.offsetMinutes === null) === (right.offsetMinutes === null) &&
    left.epochMilliseconds === right.epochMilliseconds &&
    left.microseconds === right.microseconds
  )
}

/** A text that two values share exactly when they are equal in Python's sense: for sets, groups and `unique`. */
export function equalityKey(value: Value): string {
  if (value === null) return 'n'
  if (isNumeric(value)) return `#${comparable(value)}`
  if (typeof value === 'string') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(equalityKey).join(',')}]`
  if (isDict(value)) {
    const entries = [...value].map(([key, item]) => `${equalityKey(key)}:${equalityKey(item)}`)
    return `{${entries.sort().join(',')}}`
  }
  if (value instanceof DateTime) {
    const naive = value.offsetMinutes === null ? 'local' : 'utc'
    return `d${value.dateOnly}${naive}${value.epochMilliseconds}.${value.microseconds}`
  }
  return JSON.stringify(String(value))
}

/**
 * A value as the key of a dict. A float that is an integer is the same key as the integer.
 * @throws PythonError for lists and dicts
 */
export function toKey(value: Value): Key {
  if (value instanceof Float) return value.value
  if (Array.isArray(value) || isDict(value)) throw new PythonError(`unhashable type: '${typeName(value)}'`)
  return value === null || typeof value !== 'object' ? value : String(value)
}

/** The key under which an equal key already stands (`1`, `1.0` and `true` are one key), else the key itself. */
export function standingKey(dict: Dict, key: Key): Key {
  if (dict.has(key)) return key
  if (typeof key === 'boolean') return dict.has(Number(key)) ? Number(key) : key
  if ((key === 0 || key === 1) && dict.has(Boolean(key))) return Boolean(key)
  return key
}

/** Python's `dict[key]`, undefined when there is none. */
export function dictGet(dict: Dict, key: Key): Value | undefined {
  return dict.get(standingKey(dict, key))
}

/** Python's `dict[key] = value`: an equal key keeps its first spelling. */
export function dictSet(dict: Dict, key: Key, value: Value): void {
  dict.set(standingKey(dict, key), value)
}
