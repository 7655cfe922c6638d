import { Float } from '../../values/float.ts'
import { openIncidental } from '../../values/masking/incidental-secret.ts'
import type { Position } from '../../values/position.ts'
import type { Problem } from '../../values/problem.ts'
import { Secret } from '../../values/secret.ts'
import { TemplateText } from '../../values/template-text.ts'
import { BOOLEAN_WORDS, readBoolean } from '../../values/text/boolean-words.ts'
import type { Value } from '../../values/value.ts'

/** A variable's value, evaluated; undefined when it is not set. */
export type VariableReader = (name: string) => Value | undefined

/** A setting as it was found: its value and which variable holds it. */
export interface Found {
  readonly name: string
  readonly value: Exclude<Value, null>
}

/** Reads settings from variables under several names, checks their types and collects what is wrong. */
export class SettingReader {
  readonly problems: Problem[] = []
  readonly #variable: VariableReader
  readonly #place: (name: string) => Position | undefined

  constructor(variable: VariableReader, place: (name: string) => Position | undefined) {
    this.#variable = variable
    this.#place = place
  }

  /** The last of the names that is set; null counts as not set. */
  find(names: readonly string[]): Found | undefined {
    let found: Found | undefined
    for (const name of names) {
      const value = openIncidental(this.#variable(name))
      if (value instanceof TemplateText) throw new Error(`the variable ${name} was not evaluated`)
      if (value !== undefined && value !== null) found = { name, value }
    }
    return found
  }

  /** Text that may be shown; empty text counts as not set unless `empty` says what is wrong with it. */
  text(names: readonly string[], empty?: string): string | undefined {
    const found = this.find(names)
    if (found === undefined) return undefined
    if (found.value === '' && empty !== undefined) this.problem(found, empty)
    if (found.value === '') return undefined
    if (typeof found.value === 'string') return found.value
    const reason =
      found.value instanceof Secret ? 'cannot be a secret: it is shown and used as it is' : 'must be text'
    this.problem(found, reason, found.value instanceof Secret ? undefined : 'put it in quotes')
    return undefined
  }

  /** A password: text, or a number written without quotes. */
  secret(names: readonly string[]): Secret | undefined {
    const found = this.find(names)
    if (found === undefined) return undefined
    if (found.value instanceof Secret) return found.value
    if (
      typeof found.value === 'string' ||
      typeof found.value === 'number' ||
      typeof found.value === 'bigint'
    ) {
      return found.value === '' ? undefined : new Secret(String(found.value))
    }
    this.problem(found, 'must be text', 'put it in quotes')
    return undefined
  }

  boolean(names: readonly string[]): boolean | undefined {
    const found = this.find(names)
    return found === undefined ? undefined : this.asBoolean(found)
  }

  asBoolean(found: Found): boolean | undefined {
    const value = readBoolean(found.value)
    if (value === undefined) this.problem(found, 'must be a boolean', BOOLEAN_WORDS)
    return value
  }

  /** A whole number between bounds, also as text of digits. */
  integer(names: readonly string[], from: number, to: number): number | undefined {
    const found = this.find(names)
    if (found === undefined) return undefined
    const { value } = found
    const number =
      value instanceof Float
        ? value.value
        : typeof value === 'string' && /^\s*\d+\s*$/.test(value)
          ? Number(value)
          : value
    if (typeof number === 'number' && Number.isInteger(number) && number >= from && number <= to)
      return number
    this.problem(found, `must be a whole number from ${from} to ${to}`)
    return undefined
  }

  problem(found: { readonly name: string }, reason: string, hint?: string): void {
    this.problems.push({ message: `${found.name} ${reason}`, position: this.#place(found.name), hint })
  }
}
