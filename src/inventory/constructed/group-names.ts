import { str } from '../../template/python/text/repr.ts'
import { isTrue } from '../../template/python/truth.ts'
import type { Value } from '../../values/value.ts'
import type { KeyedGroup } from './options.ts'

/** A group's name as constructed makes it: what is no letter, digit or `_` becomes `_`, and so does a digit in front. */
export function safeGroupName(name: string): string {
  return name.replace(/^\d|[^\p{L}\p{N}_]/gu, '_')
}

/**
 * The names that a value of a keyed group stands for: one for text, one for each item of a list or dict, none for what
 * is empty.
 * @returns `wrong` for values that can be no names (numbers, booleans), which refuse the whole file
 */
export function keyedNames(
  value: Value,
  { prefix, separator, defaultValue, trailingSeparator }: KeyedGroup,
  leadingSeparator: boolean,
): string[] | 'wrong' {
  const isEmpty = (item: Value) => item === null || item === ''
  const whole = (name: string) =>
    safeGroupName(`${prefix}${prefix === '' && !leadingSeparator ? '' : separator}${name}`)
  if (isEmpty(value)) return defaultValue === undefined ? [] : [whole(defaultValue)]
  if (!isTrue(value)) return []
  if (typeof value === 'string') return [whole(value)]
  if (Array.isArray(value)) {
    return value.map((item) => whole(isEmpty(item) && defaultValue !== undefined ? defaultValue : str(item)))
  }
  if (!(value instanceof Map)) return 'wrong'
  return [...value].map(([key, item]) => {
    const name = str(key)
    if (!isEmpty(item)) return whole(`${name}${separator}${str(item)}`)
    if (defaultValue !== undefined) return whole(`${name}${separator}${defaultValue}`)
    return whole(trailingSeparator ? `${name}${separator}${str(item)}` : name)
  })
}
