import { PythonError } from '../error.ts'

/** Longer than any piece of a pattern that is looked at as a whole. */
const WINDOW = 24

/** A place in a pattern that is being read, by characters. */
export class PatternCursor {
  readonly #pattern: readonly string[]
  at = 0

  constructor(pattern: string) {
    this.#pattern = Array.from(pattern)
  }

  get ended(): boolean {
    return this.at >= this.#pattern.length
  }

  /** The character so far ahead, undefined behind the end. */
  peek(ahead = 0): string | undefined {
    return this.#pattern[this.at + ahead]
  }

  /** The next character, which is passed. */
  next(): string | undefined {
    return this.#pattern[this.at++]
  }

  /** The pattern's text between two places. */
  text(from: number, to = this.at): string {
    return this.#pattern.slice(from, to).join('')
  }

  looking(text: string): boolean {
    return this.text(this.at, this.at + text.length) === text
  }

  /** Passes a text if it comes next. */
  take(text: string): boolean {
    if (!this.looking(text)) return false
    this.at += text.length
    return true
  }

  /** What comes next by an expression that begins with `^` and matches ASCII only, without passing it. */
  sees(expression: RegExp, from = this.at): RegExpExecArray | null {
    return expression.exec(this.text(from, from + WINDOW))
  }

  /** As {@link sees}, and passes it. */
  matches(expression: RegExp): RegExpExecArray | null {
    const match = this.sees(expression)
    this.at += match?.[0].length ?? 0
    return match
  }

  /** The name up to a closing character, which is passed too. @throws PythonError */
  nameUntil(close: string): string {
    const end = this.#pattern.indexOf(close, this.at)
    if (end === -1) this.fail(`missing ${close}, unterminated name`)
    const text = this.text(this.at, end)
    if (text === '') this.fail('missing group name')
    this.at = end + 1
    return text
  }

  /** @throws PythonError always, with the place as Python gives it */
  fail(message: string, position = this.at): never {
    throw new PythonError(`${message} at position ${position}`)
  }
}
