import { pythonRegex } from './regex.ts'
import { characters, textLength } from './sequence.ts'
import { strip } from './strip.ts'

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

/** Python's `textwrap.wrap` of one paragraph, with tabs and blanks left as they are. */
export function wrapText(text: string, options: WrapOptions): string[] {
  const chunks = cut(text, options.breakOnHyphens).reverse()
  const lines: string[] = []
  while (chunks.length > 0) {
    if (lines.length > 0 && strip(chunks.at(-1)!) === '') chunks.pop()
    const line: string[] = []
    let length = 0
    while (chunks.length > 0 && length + textLength(chunks.at(-1)!) <= options.width) {
      length += textLength(chunks.at(-1)!)
      line.push(chunks.pop()!)
    }
    if (chunks.length > 0 && textLength(chunks.at(-1)!) > options.width) {
      breakLongWord(chunks, line, options.width - length, options)
    }
    if (line.length > 0 && strip(line.at(-1)!) === '') line.pop()
    if (line.length > 0) lines.push(line.join(''))
  }
  return lines
}

function cut(text: string, breakOnHyphens: boolean): string[] {
  const pattern = breakOnHyphens ? WORDS : `${BLANK}+|${SOLID}+`
  return pythonRegex(pattern)
    .matches(text)
    .map((match) => match[0])
}

function breakLongWord(chunks: string[], line: string[], room: number, options: WrapOptions): void {
  const word = chunks.at(-1)!
  if (!options.breakLongWords) {
    if (line.length === 0) line.push(chunks.pop()!)
    return
  }
  const letters = characters(word)
  const space = options.width < 1 ? 1 : room
  let end = space
  if (options.breakOnHyphens && letters.length > space) {
    const hyphen = letters.slice(0, space).lastIndexOf('-')
    if (hyphen > 0 && letters.slice(0, hyphen).some((letter) => letter !== '-')) end = hyphen + 1
  }
  line.push(letters.slice(0, end).join(''))
  chunks[chunks.length - 1] = letters.slice(end).join('')
}
