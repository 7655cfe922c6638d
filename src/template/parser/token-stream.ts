import type { Fail } from '../lexer/lexer.ts'
import { describe, type Token, type TokenKind } from '../lexer/token.ts'

/** How deep expressions and blocks may be nested; deeper ones would exhaust the stack. */
const DEEPEST = 100

/** The tokens of a template, one after the other. */
export class TokenStream {
  readonly #tokens: readonly Token[]
  readonly #fail: Fail
  #index = 0
  #depth = 0

  constructor(tokens: readonly Token[], fail: Fail) {
    this.#tokens = tokens
    this.#fail = fail
  }

  get current(): Token {
    return this.#tokens[this.#index]!
  }

  /** The token after the current one. */
  get following(): Token {
    return this.#tokens[this.#index + 1] ?? this.current
  }

  /** The current token; the stream moves on. */
  next(): Token {
    const token = this.current
    if (token.kind !== 'end') this.#index++
    return token
  }

  isOperator(...operators: string[]): boolean {
    return this.current.kind === 'operator' && operators.includes(this.current.text)
  }

  isName(...names: string[]): boolean {
    return this.current.kind === 'name' && names.includes(this.current.text)
  }

  skipOperator(operator: string): boolean {
    const there = this.isOperator(operator)
    if (there) this.next()
    return there
  }

  skipName(name: string): boolean {
    const there = this.isName(name)
    if (there) this.next()
    return there
  }

  expectOperator(operator: string): Token {
    return this.isOperator(operator) ? this.next() : this.#unexpected(operator)
  }

  expectWord(word: string): Token {
    return this.isName(word) ? this.next() : this.#unexpected(word)
  }

  expect(kind: TokenKind): Token {
    return this.current.kind === kind ? this.next() : this.#unexpected(describe({ kind, text: kind, at: 0 }))
  }

  fail(message: string, at = this.current.at): never {
    return this.#fail(message, at)
  }

  #unexpected(expected: string): never {
    if (this.current.kind === 'end') this.fail(`unexpected end of template, expected '${expected}'.`)
    this.fail(`expected token '${expected}', got '${describe(this.current)}'`)
  }

  /** Runs a part of the parser one level deeper. */
  nested<T>(parse: () => T): T {
    if (this.#depth >= DEEPEST) this.fail(`nested more than ${DEEPEST} levels deep`)
    this.#depth++
    const result = parse()
    this.#depth--
    return result
  }
}
