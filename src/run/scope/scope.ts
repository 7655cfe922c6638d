import type { Scope } from '../../template/api.ts'
import { mergeDicts } from '../../values/merge-dicts.ts'
import type { Dict, Key, Value } from '../../values/value.ts'

/** One source of variables: the value of a name, or undefined. */
export type Layer = (name: string) => Value | undefined

/** A layer over a map; the map may grow later. */
export function mapLayer(variables: ReadonlyMap<string, Value>): Layer {
  return (name) => variables.get(name)
}

/** The variables of a host at a task: the first layer that knows a name wins. */
export class LayeredScope implements Scope {
  readonly #layers: readonly Layer[]
  readonly #merge: boolean

  /** @param merge dicts of several layers are merged (`hash_behaviour = merge`) */
  constructor(layers: readonly Layer[], merge = false) {
    this.#layers = layers
    this.#merge = merge
  }

  lookup(name: string): Value | undefined {
    if (this.#merge) return this.#merged(name)
    for (const layer of this.#layers) {
      const value = layer(name)
      if (value !== undefined) return value
    }
    return undefined
  }

  /** The same variables under a layer that wins over all of them (a loop's item, a task's result). */
  under(layer: Layer): LayeredScope {
    return new LayeredScope([layer, ...this.#layers], this.#merge)
  }

  #merged(name: string): Value | undefined {
    let found: Value | undefined
    for (const layer of this.#layers) {
      const value = layer(name)
      if (value === undefined) continue
      // What is made when asked for (hostvars) is never built whole; what is no dict ends the matter.
      if (!(value instanceof Map) || value instanceof LazyDict) return found ?? value
      found = found === undefined ? value : mergeDicts(value, found)
    }
    return found
  }
}

/**
 * A dict whose values are made when asked for: `hostvars` over thousands of hosts is never built whole.
 * It is a Map for the template engine, which reads it like any other.
 */
export class LazyDict extends Map<Key, Value> {
  readonly #names: () => Iterable<string>
  readonly #make: (name: string) => Value | undefined

  constructor(names: () => Iterable<string>, make: (name: string) => Value | undefined) {
    super()
    this.#names = names
    this.#make = make
  }

  override get(key: Key): Value | undefined {
    return typeof key === 'string' ? this.#make(key) : undefined
  }

  override has(key: Key): boolean {
    return this.get(key) !== undefined
  }

  override get size(): number {
    return [...this.#names()].length
  }

  override *keys(): MapIterator<Key> {
    yield* this.#names()
  }

  override *entries(): MapIterator<[Key, Value]> {
    for (const name of this.#names()) {
      const value = this.#make(name)
      if (value !== undefined) yield [name, value]
    }
  }

  override *values(): MapIterator<Value> {
    for (const [, value] of this.entries()) yield value
  }

  override [Symbol.iterator](): MapIterator<[Key, Value]> {
    return this.entries()
  }

  override forEach(each: (value: Value, key: Key, map: Dict) => void): void {
    for (const [key, value] of this.entries()) each(value, key, this)
  }
}
