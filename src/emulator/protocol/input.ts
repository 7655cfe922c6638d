import { AwsError } from '../errors.ts'
import type { Tags } from '../state.ts'

/** What AWS allows in a tag's key and value. */
const TAG = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u

interface TextRule {
  readonly required?: boolean
  readonly min?: number
  readonly max?: number
  readonly pattern?: RegExp
  readonly choices?: readonly string[]
}

/**
 * Reads an operation's members and collects what is wrong with them, as AWS answers it: all at once, in the words
 * `2 validation errors detected: Value ... at ... failed to satisfy constraint: ...`.
 */
export class Input {
  readonly #members: Readonly<Record<string, unknown>>
  readonly #errors: string[] = []

  constructor(members: Readonly<Record<string, unknown>>) {
    this.#members = members
  }

  text(name: string, rule: TextRule & { readonly required: true }): string
  text(name: string, rule?: TextRule): string | undefined
  text(name: string, rule: TextRule = {}): string | undefined {
    const value = this.#members[name]
    if (value === undefined || value === null) {
      if (rule.required === true) this.#fail(null, name, 'Member must not be null')
      return rule.required === true ? '' : undefined
    }
    if (typeof value !== 'string') throw notA('String')
    if (rule.min !== undefined && value.length < rule.min) {
      this.#fail(value, name, `Member must have length greater than or equal to ${rule.min}`)
    }
    if (rule.max !== undefined && value.length > rule.max) {
      this.#fail(value, name, `Member must have length less than or equal to ${rule.max}`)
    }
    if (rule.pattern !== undefined && !rule.pattern.test(value)) {
      this.#fail(value, name, `Member must satisfy regular expression pattern: ${rule.pattern.source}`)
    }
    if (rule.choices !== undefined && !rule.choices.includes(value)) {
      this.#fail(value, name, `Member must satisfy enum value set: [${rule.choices.join(', ')}]`)
    }
    return value
  }

  integer(name: string, bounds: { readonly min: number; readonly max: number }): number | undefined {
    const value = this.#members[name]
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'number' || !Number.isInteger(value)) throw notA('Integer')
    if (value < bounds.min) {
      this.#fail(value, name, `Member must have value greater than or equal to ${bounds.min}`)
    }
    if (value > bounds.max) {
      this.#fail(value, name, `Member must have value less than or equal to ${bounds.max}`)
    }
    return value
  }

  /** A time in seconds since the epoch on the wire, milliseconds here. */
  time(name: string): number | undefined {
    const value = this.#members[name]
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'number') throw notA('Timestamp')
    return value * 1000
  }

  texts(name: string): readonly string[] | undefined {
    const value = this.#members[name]
    if (value === undefined || value === null) return undefined
    if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) throw notA('List')
    return value
  }

  /** A list of structures. */
  list(name: string): readonly Readonly<Record<string, unknown>>[] | undefined {
    const value = this.#members[name]
    if (value === undefined || value === null) return undefined
    if (!Array.isArray(value) || !value.every((item) => typeof item === 'object' && item !== null))
      throw notA('List')
    return value
  }

  /** Tags as a list of Key and Value. */
  tags(name: string, max: number): Tags | undefined {
    const list = this.list(name)
    return (
      list &&
      this.#checkTags(
        name,
        list.map(({ Key, Value }) => [Key, Value]),
        max,
      )
    )
  }

  /** Tags as a map. */
  tagMap(name: string, max: number): Tags | undefined {
    const value = this.#members[name]
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'object') throw notA('Map')
    return this.#checkTags(name, Object.entries(value), max)
  }

  /** @throws AwsError ValidationException with all that was wrong */
  done(code = 'ValidationException', members: Readonly<Record<string, unknown>> = {}): void {
    const count = this.#errors.length
    if (count === 0) return
    throw new AwsError(
      code,
      `${count} validation error${count === 1 ? '' : 's'} detected: ${this.#errors.join('; ')}`,
      400,
      members,
    )
  }

  #checkTags(name: string, entries: readonly (readonly unknown[])[], max: number): Tags {
    const tags: Record<string, string> = {}
    for (const [key, value] of entries) {
      if (typeof key !== 'string' || typeof value !== 'string') throw notA('Tag')
      if (key === '' || key.length > 128 || !TAG.test(key)) {
        this.#fail(key, `${name}.member.key`, `Member must satisfy regular expression pattern: ${TAG.source}`)
      }
      if (key.toLowerCase().startsWith('aws:')) {
        this.#fail(key, `${name}.member.key`, 'Member must not begin with the reserved prefix aws:')
      }
      if (value.length > 256 || !TAG.test(value)) {
        this.#fail(
          value,
          `${name}.member.value`,
          `Member must satisfy regular expression pattern: ${TAG.source}`,
        )
      }
      if (Object.hasOwn(tags, key)) this.#fail(key, `${name}.member.key`, 'Member must be unique')
      tags[key] = value
    }
    if (entries.length > max) {
      this.#fail(entries.length, name, `Member must have length less than or equal to ${max}`)
    }
    return tags
  }

  #fail(value: unknown, name: string, constraint: string): void {
    const path = `${name.charAt(0).toLowerCase()}${name.slice(1)}`
    this.#errors.push(
      `Value ${value === null ? 'null' : `'${String(value)}'`} at '${path}' failed to satisfy constraint: ${constraint}`,
    )
  }
}

function notA(type: string): AwsError {
  return new AwsError('SerializationException', `the value cannot be converted to ${type}`)
}
