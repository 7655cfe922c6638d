import { inspect } from 'node:util'

/** What every output shows in place of a secret. */
export const REDACTED = '********'

type Scalar = null | boolean | number | bigint | string

/**
 * A value that no output may show. Its default rendering, in text, JSON and `util.inspect`, is {@link REDACTED};
 * only {@link Secret.reveal} gives the value, and only the place that sends it to its destination calls it.
 * A value made from a Secret is a Secret (`src/template` keeps that).
 */
export class Secret {
  readonly #value: Scalar

  constructor(value: Scalar) {
    this.#value = value
  }

  /** The value itself. Call it where the value leaves for its destination and nowhere else. */
  reveal(): Scalar {
    return this.#value
  }

  /** The value as text. */
  revealText(): string {
    return this.#value === null ? '' : String(this.#value)
  }

  toString(): string {
    return REDACTED
  }

  toJSON(): string {
    return REDACTED
  }

  [inspect.custom](): string {
    return REDACTED
  }
}
