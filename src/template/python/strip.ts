/** What Python's `str.isspace` says of a character. */
const SPACE = String.raw`[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]`
const LEADING = new RegExp(`^${SPACE}+`)
const TRAILING = new RegExp(`${SPACE}+$`)
const BETWEEN = new RegExp(`${SPACE}+`)

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
  if (characters === null) return text.replace(TRAILING, '')
  const set = new Set(characters)
  const items = Array.from(text)
  return items.slice(0, items.findLastIndex((item) => !set.has(item)) + 1).join('')
}

/** Python's `text.split()`: by runs of blanks, none at the ends. A `limit` of -1 is no limit. */
export function splitBlanks(text: string, limit = -1): string[] {
  const result: string[] = []
  let rest = stripStart(text)
  while (rest !== '') {
    const blank = result.length === limit ? null : BETWEEN.exec(rest)
    if (blank === null) {
      result.push(result.length === limit ? rest : stripEnd(rest))
      break
    }
    result.push(rest.slice(0, blank.index))
    rest = rest.slice(blank.index + blank[0].length)
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
  const result: string[] = []
  let rest = stripEnd(text)
  while (rest !== '' && result.length < limit) {
    const word = words.pop()!
    result.unshift(word)
    rest = stripEnd(rest.slice(0, rest.length - word.length))
  }
  return rest === '' ? result : [rest, ...result]
}

/** Python's `text.rsplit(separator, limit)`: the first piece holds what is left. */
export function splitTextEnd(text: string, separator: string, limit = -1): string[] {
  const pieces = text.split(separator)
  if (limit < 0 || pieces.length <= limit + 1) return pieces
  const kept = pieces.length - limit
  return [pieces.slice(0, kept).join(separator), ...pieces.slice(kept)]
}
