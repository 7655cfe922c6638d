import { ownRegex } from '../regex/regex.ts'
import { characters, textLength } from '../sequence.ts'
import { strip, stripEnd } from './strip.ts'

const BLANK = String.raw`[\t\n\x0b\x0c\r ]`
const SOLID = String.raw`[^\t\n\x0b\x0c\r ]`
const LETTER = String.raw`[^\d\W]`
const PUNCTUATED = String.raw`[\w!"'&.,?]`
/** Runs of blanks, dashes between words, and words, cut behind a hyphen between letters. */
const WORDS = String.raw`${BLANK}+|(?<=${PUNCTUATED})-{2,}(?=\w)|${SOLID}+?(?:-(?:(?<=${LETTER}{2}-)|(?<=${LETTER}-${PUNCTUATED}-))(?=${LETTER}-?${LETTER})|(?=${BLANK}|\Z)|(?<=${PUNCTUATED})(?=-{2,}\w))`

export interface WrapOptions {
  readonly width: number
  readonly breakLongWords: boolean
  readonly breakOnHyphens: boolean
}

/** A piece of the text that is not yet on a line. What is left of a long word is read on, not copied. */
class Chunk {
  readonly letters: readonly string[]
  /** Where nothing but blanks follows. */
  readonly #lastBlanks: number
  start = 0

  constructor(text: string) {
    this.letters = characters(text)
    this.#lastBlanks = textLength(stripEnd(text))
  }

  get length(): number {
    return this.letters.length - this.start
  }

  /** So many letters, which are passed. */
  take(count = this.length): string {
    const taken = this.letters.slice(this.start, this.start + count).join('')
    this.start += count
    return taken
  }

  get isBlank(): boolean {
    return this.start >= this.#lastBlanks
  }
}

/** Python's `textwrap.wrap` of one paragraph, with tabs and blanks left as they are. */
export function wrapText(text: string, options: WrapOptions): string[] {
  const chunks = cut(text, options.breakOnHyphens).reverse()
  const lines: string[] = []
  while (chunks.length > 0) {
    if (lines.length > 0 && chunks.at(-1)!.isBlank) chunks.pop()
    const line: string[] = []
    let length = 0
    while (chunks.length > 0 && length + chunks.at(-1)!.length <= options.width) {
      length += chunks.at(-1)!.length
      line.push(chunks.pop()!.take())
    }
    if (chunks.length > 0 && chunks.at(-1)!.length > options.width) {
      breakLongWord(chunks, line, options.width - length, options)
    }
    if (line.length > 0 && strip(line.at(-1)!) === '') line.pop()
    if (line.length > 0) lines.push(line.join(''))
  }
  return lines
}

const AT_HYPHENS = ownRegex(WORDS)
const AT_BLANKS = ownRegex(`${BLANK}+|${SOLID}+`)

function cut(text: string, breakOnHyphens: boolean): Chunk[] {
  return (breakOnHyphens ? AT_HYPHENS : AT_BLANKS).matches(text).map((match) => new Chunk(match[0]))
}

function breakLongWord(chunks: Chunk[], line: string[], room: number, options: WrapOptions): void {
  const word = chunks.at(-1)!
  if (!options.breakLongWords) {
    if (line.length === 0) line.push(chunks.pop()!.take())
    return
  }
  const space = options.width < 1 ? 1 : room
  let end = space
  if (options.breakOnHyphens && word.length > space) {
    const head = word.letters.slice(word.start, word.start + space)
    const hyphen = head.lastIndexOf('-')
    if (hyphen > 0 && head.slice(0, hyphen).some((letter) => letter !== '-')) end = hyphen + 1
  }
  line.push(word.take(end))
}
