import type { Key } from '../../../values/value.ts'
import type { Operand } from '../../operand.ts'

/** A copy of a variable that a template may change in place. Dicts that are made when they are read stay so. */
export function copied(value: Operand): Operand {
  if (Array.isArray(value)) return value.map(copied)
  if (!(value instanceof Map)) return value
  if (value.constructor !== Map) return new CopyOnRead(value)
  return new Map(Array.from(value, ([key, item]): [Key, Operand] => [key, copied(item)]))
}

/** A dict over one that makes its values when they are asked for (`hostvars`): each is copied when it is read. */
class CopyOnRead extends Map<Key, Operand> {
  readonly #source: ReadonlyMap<Key, Operand>
  readonly #read = new Map<Key, Operand | undefined>()

  constructor(source: ReadonlyMap<Key, Operand>) {
    super()
    this.#source = source
  }

  override get(key: Key): Operand | undefined {
    if (!this.#read.has(key)) {
      const value = this.#source.get(key)
      this.#read.set(key, value === undefined ? undefined : copied(value))
    }
    return this.#read.get(key)
  }

  override has(key: Key): boolean {
    return this.#source.has(key)
  }

  override get size(): number {
    return this.#source.size
  }

  override keys(): MapIterator<Key> {
    return this.#source.keys() as MapIterator<Key>
  }

  override *entries(): MapIterator<[Key, Operand]> {
    for (const key of this.#source.keys()) {
      const value = this.get(key)
      if (value !== undefined) yield [key, value]
    }
  }

  override *values(): MapIterator<Operand> {
    for (const [, value] of this.entries()) yield value
  }

  override [Symbol.iterator](): MapIterator<[Key, Operand]> {
    return this.entries()
  }
}
