/** What Python's `str.isspace` says of a character. */
const SPACE = String.raw`[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]`
const LEADING = new RegExp(`^${SPACE}+`)
const ONE = new RegExp(SPACE)

/*
 * Hosts send these texts. A pattern for blanks at the end would start anew at each blank inside, which takes the square
 * of their number; so the end is looked for from the end.
 */

/** Python's `text.strip(characters)`; null strips blanks. */
export function strip(text: string, characters: string | null = null): string {
  return stripEnd(stripStart(text, characters), characters)
}

/** Python's `lstrip`. */
export function stripStart(text: string, characters: string | null = null): string {
  if (characters === null) return text.replace(LEADING, '')
  const set = new Set(characters)
  const items = Array.from(text)
  const start = items.findIndex((item) => !set.has(item))
  return start === -1 ? '' : items.slice(start).join('')
}

/** Python's `rstrip`. */
export function stripEnd(text: string, characters: string | null = null): string {
  if (characters === null) {
    let end = text.length
    while (end > 0 && ONE.test(text[end - 1]!)) end--
    return text.slice(0, end)
  }
  const set = new Set(characters)
  const items = Array.from(text)
  return items.slice(0, items.findLastIndex((item) => !set.has(item)) + 1).join('')
}

/** Python's `text.split()`: by runs of blanks, none at the ends. A `limit` of -1 is no limit. */
export function splitBlanks(text: string, limit = -1): string[] {
  const result: string[] = []
  const blanks = new RegExp(`${SPACE}+`, 'g')
  const start = stripStart(text)
  const whole = stripEnd(start)
  let at = 0
  while (at < whole.length) {
    const blank = result.length === limit ? null : blanks.exec(whole)
    if (blank === null) {
      // What is left is taken as it is, unless it is a word like all others.
      result.push(result.length === limit ? start.slice(at) : whole.slice(at))
      break
    }
    result.push(whole.slice(at, blank.index))
    at = blank.index + blank[0].length
  }
  return result
}

/** Python's `text.split(separator, limit)`: the last piece holds what is left. A `limit` of -1 is no limit. */
export function splitText(text: string, separator: string, limit = -1): string[] {
  const pieces = text.split(separator)
  if (limit < 0 || pieces.length <= limit + 1) return pieces
  return [...pieces.slice(0, limit), pieces.slice(limit).join(separator)]
}

/** Python's `text.rsplit()`: as {@link splitBlanks}, with what is left in the first piece. */
export function splitBlanksEnd(text: string, limit = -1): string[] {
  const words = splitBlanks(text)
  if (limit < 0 || words.length <= limit) return words
  const kept = words.slice(words.length - limit)
  let end = text.length
  for (const word of kept.toReversed()) end = stripEnd(text.slice(0, end)).length - word.length
  const rest = stripEnd(text.slice(0, end))
  return rest === '' ? kept : [rest, ...kept]
}

/** Python's `text.rsplit(separator, limit)`: the first piece holds what is left. */
export function splitTextEnd(text: string, separator: string, limit = -1): string[] {
  const pieces = text.split(separator)
  if (limit < 0 || pieces.length <= limit + 1) return pieces
  const kept = pieces.length - limit
  return [pieces.slice(0, kept).join(separator), ...pieces.slice(kept)]
}
