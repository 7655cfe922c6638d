import type { Value } from '../../values/value.ts'
import type { Operand } from '../operand.ts'
import { typeOf } from '../operators/type-of.ts'
import { PythonError } from '../python/error.ts'

/** The arguments of a method, rendered and revealed, read one by one with their types checked. */
export class MethodArguments {
  readonly #method: string
  readonly #positional: readonly Value[]
  readonly #named: Map<string, Value>

  constructor(method: string, positional: readonly Value[], named: ReadonlyMap<string, Value>) {
    this.#method = method
    this.#positional = positional
    this.#named = new Map(named)
  }

  /** @throws PythonError when there are more arguments than the method has parameters */
  atMost(count: number): this {
    const given = this.#positional.length + this.#named.size
    if (given > count)
      throw new PythonError(`${this.#method}() takes at most ${count} arguments (${given} given)`)
    return this
  }

  value(index: number, name?: string): Value | undefined {
    return this.#positional[index] ?? (name === undefined ? undefined : this.#named.get(name))
  }

  has(index: number): boolean {
    return index < this.#positional.length
  }

  /** A text. @throws PythonError when it is missing or something else */
  text(index: number, name?: string): string {
    const value = this.value(index, name)
    if (typeof value === 'string') return value
    if (value === undefined) {
      throw new PythonError(`${this.#method}() missing required argument ${index + 1}`)
    }
    throw new PythonError(
      `${this.#method}() argument ${index + 1} must be str, not ${typeOf(value as Operand)}`,
    )
  }

  /** A text that may be missing or None. */
  optionalText(index: number, name?: string): string | undefined {
    const value = this.value(index, name)
    return value === undefined || value === null ? undefined : this.text(index, name)
  }

  /** A whole number, or `otherwise` when it is missing or None. @throws PythonError for anything else */
  integer(index: number, otherwise: number, name?: string): number {
    const value = this.value(index, name)
    if (value === undefined || value === null) return otherwise
    if (typeof value === 'number') return value
    if (typeof value === 'boolean') return Number(value)
    throw new PythonError(`'${typeOf(value as Operand)}' object cannot be interpreted as an integer`)
  }
}
