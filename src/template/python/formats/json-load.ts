import { Float } from '../../../values/float.ts'
import { type Dict, integer, type Value } from '../../../values/value.ts'
import { PythonError } from '../error.ts'
import { MOST_DIGITS } from '../numbers/number.ts'

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y
const BLANK = /[ \t\n\r]*/y
const PLAIN = /[^"\\\x00-\x1f]*/y
const WORDS: readonly (readonly [string, Value])[] = [
  ['null', null],
  ['true', true],
  ['false', false],
  ['NaN', new Float(Number.NaN)],
  ['Infinity', new Float(Number.POSITIVE_INFINITY)],
  ['-Infinity', new Float(Number.NEGATIVE_INFINITY)],
]
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}
/** Python's own bound is its recursion limit of about 1,000 frames. */
const DEEPEST = 900

/**
 * Python's `json.loads`. `JSON.parse` would lose `1.0`, large integers, NaN and the order of keys that look like
 * numbers, and its messages name neither line nor column.
 * @throws PythonError with Python's message and place
 */
export function loadJson(text: string): Value {
  return new Loader(text).document()
}

class Loader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): Value {
    if (this.#text.startsWith('\ufeff')) this.#fail('Unexpected UTF-8 BOM (decode using utf-8-sig)')
    this.#blank()
    const value = this.#value(0)
    this.#blank()
    if (this.#at < this.#text.length) this.#fail('Extra data')
    return value
  }

  #fail(message: string, at = this.#at): never {
    const before = this.#text.slice(0, at)
    const line = before.split('\n').length
    const column = at - before.lastIndexOf('\n')
    throw new PythonError(`${message}: line ${line} column ${column} (char ${at})`)
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (match !== null) this.#at = pattern.lastIndex
    return match
  }

  #blank(): void {
    this.#match(BLANK)
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #value(depth: number): Value {
    if (depth > DEEPEST) this.#fail('The text is nested too deeply')
    if (this.#take('"')) return this.#string()
    if (this.#take('[')) return this.#list(depth + 1)
    if (this.#take('{')) return this.#dict(depth + 1)
    const word = WORDS.find(([name]) => this.#text.startsWith(name, this.#at))
    if (word !== undefined) {
      this.#at += word[0].length
      return word[1]
    }
    const number = this.#match(NUMBER)
    if (number === null) this.#fail('Expecting value')
    const isFloat = number[1] !== undefined || number[2] !== undefined
    if (isFloat) return new Float(Number(number[0]))
    if (number[0].length > MOST_DIGITS) this.#fail(`An integer of more than ${MOST_DIGITS} digits`)
    return integer(BigInt(number[0]))
  }

  #list(depth: number): Value[] {
    const items: Value[] = []
    this.#blank()
    if (this.#take(']')) return items
    for (;;) {
      this.#blank()
      items.push(this.#value(depth))
      this.#blank()
      if (this.#take(']')) return items
      if (!this.#take(',')) this.#fail("Expecting ',' delimiter")
    }
  }

  #dict(depth: number): Dict {
    const dict: Dict = new Map()
    this.#blank()
    if (this.#take('}')) return dict
    for (;;) {
      this.#blank()
      if (!this.#take('"')) this.#fail('Expecting property name enclosed in double quotes')
      const key = this.#string()
      this.#blank()
      if (!this.#take(':')) this.#fail("Expecting ':' delimiter")
      this.#blank()
      dict.set(key, this.#value(depth))
      this.#blank()
      if (this.#take('}')) return dict
      if (!this.#take(',')) this.#fail("Expecting ',' delimiter")
    }
  }

  /** The rest of a string whose opening quote is taken. */
  #string(): string {
    const start = this.#at - 1
    let result = ''
    for (;;) {
      result += this.#match(PLAIN)![0]
      if (this.#take('"')) return result
      if (this.#at >= this.#text.length) this.#fail('Unterminated string starting at', start)
      if (!this.#take('\\')) this.#fail('Invalid control character at')
      result += this.#escape(start)
    }
  }

  #escape(start: number): string {
    const letter = this.#text[this.#at++]
    if (letter === undefined) this.#fail('Unterminated string starting at', start)
    if (letter === 'u') {
      const digits = this.#match(/[\da-fA-F]{4}/y)
      if (digits === null) this.#fail('Invalid \\uXXXX escape', this.#at - 1)
      return String.fromCharCode(Number.parseInt(digits[0], 16))
    }
    if (!Object.hasOwn(ESCAPES, letter)) this.#fail('Invalid \\escape', this.#at - 2)
    return ESCAPES[letter]!
  }
}
