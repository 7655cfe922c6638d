import { type Dict, isDict, type Value } from './value.ts'

/**
 * Two values of one variable where `hash_behaviour = merge` is set: dicts are merged key by key, however deep, the
 * higher one winning; of everything else the higher one counts alone.
 */
export function mergeDicts(lower: Value | undefined, higher: Value): Value {
  if (!isDict(lower) || !isDict(higher)) return higher
  const merged: Dict = new Map(lower)
  for (const [key, value] of higher) merged.set(key, mergeDicts(merged.get(key), value))
  return merged
}

/** A map of variables in which setting a dict over another one merges them. */
export class MergingMap extends Map<string, Value> {
  override set(name: string, value: Value): this {
    return super.set(name, mergeDicts(this.get(name), value))
  }
}
