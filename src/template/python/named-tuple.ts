import type { Value } from '../../values/value.ts'

/** A tuple whose items have names as well: `groupby` gives groups that are pairs and have `grouper` and `list`. */
export class NamedTuple extends Array<Value> {
  /** Copies made by `map` and `slice` are plain lists. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array
  }

  readonly #names: readonly string[]

  constructor(fields: Readonly<Record<string, Value>>) {
    super()
    this.#names = Object.keys(fields)
    this.push(...Object.values(fields))
  }

  /** The same names with changed items. */
  changed(change: (item: Value) => Value): NamedTuple {
    return new NamedTuple(Object.fromEntries(this.#names.map((name, index) => [name, change(this[index]!)])))
  }

  /** The item of that name, undefined when there is none. */
  field(name: string): Value | undefined {
    const index = this.#names.indexOf(name)
    return index === -1 ? undefined : this[index]
  }
}
