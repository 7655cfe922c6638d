import { isDict } from '../../values/value.ts'
import type { Filter } from '../filter.ts'
import { bind, REQUIRED } from '../python/bind.ts'
import { asCount, asInteger, asText } from '../python/convert.ts'
import { PythonError } from '../python/error.ts'
import { ownRegex } from '../python/regex/regex.ts'
import { characters, sliceText, textLength } from '../python/sequence.ts'
import { splitLines } from '../python/text/lines.ts'
import { percentFormat } from '../python/text/percent-format.ts'
import { str } from '../python/text/repr.ts'
import { splitBlanks, splitText, strip } from '../python/text/strip.ts'
import { wrapText } from '../python/text/text-wrap.ts'
import { isTrue } from '../python/truth.ts'
import { typeName } from '../python/type-name.ts'

const upper: Filter = (input, args) => {
  bind(args, {})
  return str(input).toUpperCase()
}

const lower: Filter = (input, args) => {
  bind(args, {})
  return str(input).toLowerCase()
}

const capitalize: Filter = (input, args) => {
  bind(args, {})
  const [first = '', ...rest] = characters(str(input))
  // The capital of a ligature is two letters, of which only the first stays one.
  const [capital = '', ...others] = characters(first.toUpperCase())
  return capital + [...others, ...rest].join('').toLowerCase()
}

function titleWord(word: string): string {
  const [first = '', ...rest] = characters(word)
  return first.toUpperCase() + rest.join('').toLowerCase()
}

const title: Filter = (input, args) => {
  bind(args, {})
  return str(input)
    .split(/([-\s\x1c-\x1f({[<]+)/)
    .map(titleWord)
    .join('')
}

const trim: Filter = (input, args) => {
  const { chars } = bind(args, { chars: null })
  return strip(str(input), chars === null ? null : asText(chars, 'chars'))
}

const center: Filter = (input, args) => {
  const { width } = bind(args, { width: 80 })
  const text = str(input)
  const columns = asCount(width, 'width')
  const margin = Math.max(0, columns - textLength(text))
  const left = Math.floor(margin / 2) + (margin & columns & 1)
  return ' '.repeat(left) + text + ' '.repeat(margin - left)
}

const string: Filter = (input, args) => {
  bind(args, {})
  return str(input)
}

const replace: Filter = (input, args) => {
  const { old, new: replacement, count } = bind(args, { old: REQUIRED, new: REQUIRED, count: null })
  const limit = count === null ? -1 : asInteger(count, 'count')
  const text = str(input)
  const pieces = str(old) === '' ? ['', ...characters(text), ''] : text.split(str(old))
  const kept = limit < 0 || pieces.length <= limit + 1 ? pieces.length - 1 : limit
  const separator = str(old)
  return pieces.reduce(
    (result, piece, index) => result + (index <= kept ? str(replacement) : separator) + piece,
  )
}

const format: Filter = (input, args) => {
  if (args.positional.length > 0 && args.named.size > 0) {
    throw new PythonError("can't handle positional and keyword arguments at the same time")
  }
  if (args.named.size > 0) return percentFormat(str(input), args.named)
  const [only] = args.positional
  // Python takes a single dict for the names of %(name)s.
  const names = args.positional.length === 1 && only !== undefined && isDict(only) && /%\(/.test(str(input))
  return percentFormat(str(input), names ? only : args.positional)
}

const truncate: Filter = (input, args) => {
  const { length, killwords, end, leeway } = bind(args, {
    length: 255,
    killwords: false,
    end: '...',
    leeway: null,
  })
  const limit = asInteger(length, 'length')
  const ending = asText(end, 'end')
  const tolerance = leeway === null ? 5 : asInteger(leeway, 'leeway')
  const text = asText(input, 'truncate takes text: the value')
  if (limit < textLength(ending))
    throw new PythonError(`expected length >= ${textLength(ending)}, got ${limit}`)
  if (tolerance < 0) throw new PythonError(`expected leeway >= 0, got ${tolerance}`)
  if (textLength(text) <= limit + tolerance) return text
  const cut = sliceText(text, 0, limit - textLength(ending), null)
  if (isTrue(killwords)) return cut + ending
  const space = cut.lastIndexOf(' ')
  return (space === -1 ? cut : cut.slice(0, space)) + ending
}

const indent: Filter = (input, args) => {
  const { width, first, blank } = bind(args, { width: 4, first: false, blank: false })
  const text = asText(input, 'indent takes text: the value')
  const prefix = typeof width === 'string' ? width : ' '.repeat(Math.max(0, asCount(width, 'width')))
  // A line end at the end begins one more, empty line.
  const lines = splitLines(`${text}\n`)
  const indented = lines.map((line, index) => {
    const wanted = index === 0 ? isTrue(first) : line !== '' || isTrue(blank)
    return wanted ? prefix + line : line
  })
  return indented.join('\n')
}

const WORD = ownRegex(String.raw`\w+`)

const wordcount: Filter = (input, args) => {
  bind(args, {})
  return WORD.matches(str(input)).length
}

const wordwrap: Filter = (input, args) => {
  const { width, break_long_words, wrapstring, break_on_hyphens } = bind(args, {
    width: 79,
    break_long_words: true,
    wrapstring: null,
    break_on_hyphens: true,
  })
  const separator = wrapstring === null ? '\n' : asText(wrapstring, 'wrapstring')
  const options = {
    width: asCount(width, 'width'),
    breakLongWords: isTrue(break_long_words),
    breakOnHyphens: isTrue(break_on_hyphens),
  }
  if (options.width <= 0) throw new PythonError(`invalid width ${options.width} (must be > 0)`)
  return splitLines(asText(input, 'wordwrap takes text: the value'))
    .map((line) => wrapText(line, options).join(separator))
    .join(separator)
}

const split: Filter = (input, args) => {
  const { sep, maxsplit } = bind(args, { sep: null, maxsplit: -1 })
  if (typeof input !== 'string') {
    throw new PythonError(
      `descriptor 'split' for 'str' objects doesn't apply to a '${typeName(input)}' object`,
    )
  }
  const limit = asInteger(maxsplit, 'maxsplit')
  if (sep === null) return splitBlanks(input, limit)
  if (sep === '') throw new PythonError('empty separator')
  return splitText(input, asText(sep, 'sep'), limit)
}

export const filters: Readonly<Record<string, Filter>> = {
  upper,
  lower,
  capitalize,
  title,
  trim,
  center,
  string,
  replace,
  format,
  truncate,
  indent,
  wordcount,
  wordwrap,
  split,
}
