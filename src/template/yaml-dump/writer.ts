import { isBreak, isPrintable } from './analysis.ts'

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '0',
  '\x07': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '\x1b': 'e',
  '"': '"',
  '\\': '\\',
  '\x85': 'N',
  '\xa0': '_',
  '\u2028': 'L',
  '\u2029': 'P',
}

/** The text written so far, and where it stands: how libyaml's emitter breaks lines and folds scalars. */
export class Writer {
  readonly #parts: string[] = []
  readonly #width: number
  readonly #allowUnicode: boolean
  #column = 0
  /** Nothing but blanks stands on this line so far. */
  #indention = true
  #whitespace = true

  constructor(width: number, allowUnicode: boolean) {
    this.#width = width
    this.#allowUnicode = allowUnicode
  }

  get column(): number {
    return this.#column
  }

  get indention(): boolean {
    return this.#indention
  }

  get pastWidth(): boolean {
    return this.#column > this.#width
  }

  toString(): string {
    return this.#parts.join('')
  }

  #put(text: string): void {
    this.#parts.push(text)
    this.#column += Array.from(text).length
  }

  #lineBreak(): void {
    this.#parts.push('\n')
    this.#column = 0
  }

  /** Ends the line, if one is begun, and moves to a column. */
  indent(column: number): void {
    if (!this.#indention || this.#column > column || (this.#column === column && !this.#whitespace)) {
      this.#lineBreak()
    }
    if (this.#column < column) this.#put(' '.repeat(column - this.#column))
    this.#whitespace = true
    this.#indention = true
  }

  /**
   * @param apart a blank must stand before it
   * @param opens it leaves a blank behind itself (an opening bracket)
   * @param keepsIndention what follows it may still count as the line's beginning (`- `, `? `)
   */
  indicator(text: string, apart: boolean, opens = false, keepsIndention = false): void {
    if (apart && !this.#whitespace) this.#put(' ')
    this.#put(text)
    this.#whitespace = opens
    this.#indention = this.#indention && keepsIndention
  }

  #fold(split: boolean): boolean {
    return split && this.#column > this.#width
  }

  plain(text: string, split: boolean, indent: number): void {
    if (!this.#whitespace && text !== '') this.#put(' ')
    this.#folded(text, split, indent, (characters) => this.#put(characters))
    this.#whitespace = false
    this.#indention = false
  }

  singleQuoted(text: string, split: boolean, indent: number): void {
    this.indicator("'", true)
    this.#folded(text, split, indent, (characters) => this.#put(characters.replaceAll("'", "''")), true)
    this.indicator("'", false)
    this.#whitespace = false
    this.#indention = false
  }

  /** Text with single blanks turned into line breaks where the line is too long, and line breaks doubled. */
  #folded(
    text: string,
    split: boolean,
    indent: number,
    write: (characters: string) => void,
    quoted = false,
  ): void {
    const pieces = text.match(/ +|[\n\x85\u2028\u2029]+|[^ \n\x85\u2028\u2029]+/g) ?? []
    pieces.forEach((piece, index) => {
      if (piece[0] === ' ') {
        const inside = index > 0 && index < pieces.length - 1
        if (piece.length === 1 && this.#fold(split) && inside) this.indent(indent)
        else write(piece)
      } else if (isBreak(piece[0]!)) {
        if (piece[0] === '\n') this.#lineBreak()
        for (const character of piece) this.#breakAs(character)
        this.#indention = true
        if (quoted || index < pieces.length - 1) this.indent(indent)
      } else {
        write(piece)
        this.#indention = false
      }
      this.#whitespace = piece[0] === ' '
    })
  }

  #breakAs(character: string): void {
    if (character === '\n') this.#lineBreak()
    else {
      this.#parts.push(character)
      this.#column = 0
    }
  }

  doubleQuoted(text: string, split: boolean, indent: number): void {
    this.indicator('"', true)
    const characters = Array.from(text)
    characters.forEach((character, index) => {
      const inside = index > 0 && index < characters.length - 1
      const plain = isPrintable(character, this.#allowUnicode) && !isBreak(character)
      if (!plain || character === '"' || character === '\\') this.#put(escapeCharacter(character))
      else if (character === ' ' && this.#fold(split) && inside && characters[index - 1] !== ' ') {
        this.indent(indent)
        if (characters[index + 1] === ' ') this.#put('\\')
      } else this.#put(character)
    })
    this.indicator('"', false)
    this.#whitespace = false
    this.#indention = false
  }
}

function escapeCharacter(character: string): string {
  const short = ESCAPES[character]
  if (short !== undefined) return `\\${short}`
  const code = character.codePointAt(0)!
  const digits = code.toString(16).toUpperCase()
  if (code <= 0xff) return `\\x${digits.padStart(2, '0')}`
  return code <= 0xffff ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`
}
