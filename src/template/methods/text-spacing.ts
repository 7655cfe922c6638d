import { PythonError } from '../python/error.ts'
import { characters, textLength } from '../python/sequence.ts'
import { strip, stripEnd, stripStart } from '../python/text/strip.ts'
import type { MethodArguments } from './arguments.ts'
import type { TextMethod } from './strings.ts'

/** A padded text longer than this is refused. */
const WIDEST = 1_000_000

function stripping(stripText: (text: string, characters: string | null) => string): TextMethod {
  return (self, args) => stripText(self, args.atMost(1).optionalText(0) ?? null)
}

function missing(self: string, args: MethodArguments): { count: number; fill: string } {
  args.atMost(2)
  const width = args.integer(0, 0)
  if (width > WIDEST) throw new PythonError(`a width of more than ${WIDEST} is refused`)
  const fill = args.optionalText(1) ?? ' '
  if (textLength(fill) !== 1) throw new PythonError('The fill character must be exactly one character long')
  return { count: Math.max(0, width - textLength(self)), fill }
}

/** Methods of text that add or take away at its ends. */
export const spacingMethods: Readonly<Record<string, TextMethod>> = {
  strip: stripping(strip),
  lstrip: stripping(stripStart),
  rstrip: stripping(stripEnd),
  ljust: (self, args) => {
    const { count, fill } = missing(self, args)
    return self + fill.repeat(count)
  },
  rjust: (self, args) => {
    const { count, fill } = missing(self, args)
    return fill.repeat(count) + self
  },
  center: (self, args) => {
    const { count, fill } = missing(self, args)
    // Python puts the odd one on the left when the width is odd.
    const left = Math.floor(count / 2) + (count & args.integer(0, 0) & 1)
    return fill.repeat(left) + self + fill.repeat(count - left)
  },
  zfill: (self, args) => {
    const { count } = missing(self, args.atMost(1))
    const sign = /^[-+]/.exec(self)?.[0] ?? ''
    return sign + '0'.repeat(count) + self.slice(sign.length)
  },
  expandtabs: (self, args) => {
    const size = args.atMost(1).integer(0, 8, 'tabsize')
    let column = 0
    return characters(self)
      .map((character) => {
        if (character === '\t') {
          const blanks = size > 0 ? size - (column % size) : 0
          column += blanks
          return ' '.repeat(blanks)
        }
        column = character === '\n' || character === '\r' ? 0 : column + 1
        return character
      })
      .join('')
  },
}
