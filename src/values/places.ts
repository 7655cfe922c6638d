import type { Position } from './position.ts'
import type { Dict, Key, Value } from './value.ts'

interface Places {
  readonly whole: Position
  readonly keys: ReadonlyMap<Key, Position>
}

// Beside the values instead of in them: a value is copied and compared as data, its place is for messages only.
const places = new WeakMap<object, Places>()

/** Remembers where a dict was written, and where the value of each key begins. */
export function rememberPlaces(dict: Dict, whole: Position, keys: ReadonlyMap<Key, Position>): void {
  places.set(dict, { whole, keys })
}

/** Where a dict, or the value of one of its keys, was written; undefined for values made otherwise. */
export function placeOf(dict: Value, key?: Key): Position | undefined {
  if (!(dict instanceof Map)) return undefined
  const known = places.get(dict)
  return key === undefined ? known?.whole : (known?.keys.get(key) ?? known?.whole)
}
