import type { Value } from '../../../src/values/value.ts'

export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain }

/** Plain data as muster's values. */
export function fromPlain(value: Plain): Value {
  if (Array.isArray(value)) return value.map(fromPlain)
  if (typeof value === 'object' && value !== null) {
    return new Map(Object.entries(value).map(([key, item]) => [key, fromPlain(item as Plain)]))
  }
  return value as Value
}
