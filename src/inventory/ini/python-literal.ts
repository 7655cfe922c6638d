import { parseFloatText, parseInteger } from '../../template/python/numbers/number.ts'
import { Float } from '../../values/float.ts'
import { integer, type Value } from '../../values/value.ts'
import { readStrings } from './python-string.ts'
import { Complex, type Parsed, PythonDict, PythonSet, PythonTuple, toValue } from './python-value.ts'

/** What Python's parser takes at most. */
const DEEPEST = 200

/** No literal at all: the text means itself. */
class NoLiteral extends Error {}

/**
 * A value of an INI inventory: what Python's `ast.literal_eval` makes of the text, since that is what Ansible asks; the
 * text itself when it is no literal of Python. Tuples and sets become lists. Written here because there is no library
 * for Python's literals on npm that keeps integers and floats apart.
 * @throws Unhashable where Python fails on a key, as in `{{ 'x' }}`
 */
export function readLiteral(text: string): Value {
  try {
    return toValue(new LiteralReader(text).whole())
  } catch (error) {
    if (error instanceof NoLiteral) return text
    throw error
  }
}

const NUMBER =
  /(?:0[xX](?:_?[\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*)?\.\d(?:_?\d)*(?:[eE][-+]?\d(?:_?\d)*)?|\d(?:_?\d)*\.?(?:[eE][-+]?\d(?:_?\d)*)?)[jJ]?(?![\w.])/y
const SPACE = /(?:[ \t\f]|\\\r?\n)*/y
const SPACE_IN_BRACKETS = /(?:[ \t\f\r\n]|\\\r?\n|#[^\n]*)*/y
const WORDS = new Map<string, null | boolean>([
  ['None', null],
  ['True', true],
  ['False', false],
])

class LiteralReader {
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(text: string) {
    // Python takes blanks in front of an expression for indentation; literal_eval removes them.
    this.#text = text.replace(/^[ \t]+/, '')
  }

  whole(): Parsed {
    const value = this.#list(() => this.#at >= this.#text.length || this.#text[this.#at] === '#')
    this.#space()
    if (this.#at < this.#text.length && this.#text[this.#at] !== '#') throw new NoLiteral()
    return value
  }

  /** An expression, or several with commas: a tuple without brackets. */
  #list(ended: () => boolean): Parsed {
    const first = this.#expression()
    this.#space()
    if (this.#text[this.#at] !== ',') return first
    const items = [first]
    while (this.#text[this.#at] === ',') {
      this.#at++
      this.#space()
      if (ended()) break
      items.push(this.#expression())
      this.#space()
    }
    return new PythonTuple(items)
  }

  /** A literal, with the one sum that is one: a number and an imaginary one. */
  #expression(): Parsed {
    const left = this.#signed()
    this.#space()
    const operator = this.#text[this.#at]
    if (operator !== '+' && operator !== '-') return left
    if (typeof left !== 'number' && typeof left !== 'bigint' && !(left instanceof Float))
      throw new NoLiteral()
    this.#at++
    const right = this.#atom()
    if (!(right instanceof Complex)) throw new NoLiteral()
    const real = left instanceof Float ? left.value : Number(left)
    return new Complex(real, operator === '+' ? right.imaginary : -right.imaginary)
  }

  #signed(): Parsed {
    this.#space()
    const sign = this.#text[this.#at]
    if (sign !== '+' && sign !== '-') return this.#atom()
    this.#at++
    const value = this.#atom()
    if (typeof value === 'number') return sign === '-' ? negative(BigInt(value)) : value
    if (typeof value === 'bigint') return sign === '-' ? negative(value) : value
    if (value instanceof Float) return sign === '-' ? new Float(-value.value) : value
    if (value instanceof Complex) return sign === '-' ? new Complex(-0, -value.imaginary) : value
    throw new NoLiteral()
  }

  #atom(): Parsed {
    this.#space()
    const character = this.#text[this.#at]
    if (character === undefined) throw new NoLiteral()
    if (character === '(' || character === '[' || character === '{') return this.#deeper(character)
    if (this.#text.startsWith('...', this.#at)) {
      this.#at += 3
      return '...'
    }
    if (/[\d.]/.test(character)) return this.#number()
    const strings = readStrings(this.#text, this.#at)
    if (strings === 'wrong') throw new NoLiteral()
    if (strings !== undefined) {
      this.#at = strings.end
      return strings.text
    }
    const word = /[A-Za-z_]\w*/y
    word.lastIndex = this.#at
    const name = word.exec(this.#text)?.[0]
    if (name === undefined) throw new NoLiteral()
    this.#at = word.lastIndex
    if (WORDS.has(name)) return WORDS.get(name)!
    if (name !== 'set') throw new NoLiteral()
    for (const bracket of '()') {
      this.#space()
      if (this.#text[this.#at++] !== bracket) throw new NoLiteral()
    }
    return new PythonSet([])
  }

  #number(): Parsed {
    NUMBER.lastIndex = this.#at
    const match = NUMBER.exec(this.#text)?.[0]
    if (match === undefined) throw new NoLiteral()
    this.#at = NUMBER.lastIndex
    const imaginary = /[jJ]$/.test(match) && !/^0[xX]/.test(match)
    const text = imaginary ? match.slice(0, -1) : match
    const isInteger = /^0[xXoObB]/.test(text) || !/[.eE]/.test(text)
    if (!isInteger || imaginary) {
      const number = parseFloatText(text)
      if (number === undefined) throw new NoLiteral()
      return imaginary ? new Complex(0, number) : new Float(number)
    }
    const value = parseInteger(text, 0)
    if (value === undefined) throw new NoLiteral()
    return value
  }

  #deeper(bracket: string): Parsed {
    if (++this.#depth > DEEPEST) throw new NoLiteral()
    this.#at++
    const value = bracket === '(' ? this.#parentheses() : bracket === '[' ? this.#items(']') : this.#braces()
    this.#depth--
    return value
  }

  #parentheses(): Parsed {
    this.#space()
    if (this.#take(')')) return new PythonTuple([])
    const value = this.#list(() => this.#text[this.#at] === ')')
    this.#space()
    if (!this.#take(')')) throw new NoLiteral()
    return value
  }

  #items(close: string): Parsed[] {
    const items: Parsed[] = []
    for (this.#space(); !this.#take(close); this.#space()) {
      items.push(this.#expression())
      this.#space()
      if (!this.#take(',') && this.#text[this.#at] !== close) throw new NoLiteral()
    }
    return items
  }

  #braces(): Parsed {
    this.#space()
    if (this.#take('}')) return new PythonDict([])
    const first = this.#expression()
    this.#space()
    if (this.#text[this.#at] !== ':') {
      if (!this.#take(',') && this.#text[this.#at] !== '}') throw new NoLiteral()
      return new PythonSet([first, ...this.#items('}')])
    }
    const entries: [Parsed, Parsed][] = []
    for (let key: Parsed = first; ; key = this.#expression()) {
      this.#space()
      if (!this.#take(':')) throw new NoLiteral()
      entries.push([key, this.#expression()])
      this.#space()
      const comma = this.#take(',')
      this.#space()
      if (this.#take('}')) return new PythonDict(entries)
      if (!comma) throw new NoLiteral()
    }
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #space(): void {
    const space = this.#depth > 0 ? SPACE_IN_BRACKETS : SPACE
    space.lastIndex = this.#at
    space.test(this.#text)
    this.#at = space.lastIndex
  }
}

function negative(value: bigint): number | bigint {
  return integer(-value)
}
