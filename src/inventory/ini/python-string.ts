import { readEscapes } from '../../template/lexer/escapes.ts'

const OPENING = /([A-Za-z]{0,2})("""|'''|"|')/y
const PREFIXES = new Set(['', 'u', 'b', 'r', 'rb', 'br'])

/**
 * The text constants of Python that begin at a place, joined as Python joins those that follow each other: `"a" 'b'`,
 * `u"x"`, `r'\d'`, `b"x"`.
 * @returns undefined when there is none, `wrong` for one that is not closed, has a bad escape, or is no literal (`f""`)
 */
export function readStrings(
  text: string,
  at: number,
): { readonly text: string; readonly end: number } | 'wrong' | undefined {
  let joined = ''
  let end: number | undefined
  let bytes: boolean | undefined
  for (let next = at; ; ) {
    OPENING.lastIndex = next
    const opening = OPENING.exec(text)
    if (opening === null) break
    const prefix = opening[1]!.toLowerCase()
    const quote = opening[2]!
    if (!PREFIXES.has(prefix)) return 'wrong'
    const isBytes = prefix.includes('b')
    if (bytes !== undefined && bytes !== isBytes) return 'wrong'
    bytes = isBytes
    const begin = OPENING.lastIndex
    const close = closing(text, begin, quote)
    if (close === undefined) return 'wrong'
    const body = text.slice(begin, close)
    if (isBytes && /[^\0-\x7f]/.test(body)) return 'wrong'
    if (prefix.includes('r')) joined += body
    else if (BAD_ESCAPE.test(body)) return 'wrong'
    else joined += isBytes ? readBytes(body) : readEscapes(body)
    end = close + quote.length
    next = end
    while (/[ \t]/.test(text[next] ?? '')) next++
  }
  return end === undefined ? undefined : { text: joined, end }
}

/** Escapes that Python refuses: too few digits, no such character; and names of characters, which are not known here. */
const BAD_ESCAPE =
  /(?<!\\)(?:\\\\)*\\(?:x(?![\da-fA-F]{2})|u(?![\da-fA-F]{4})|U(?!(?:00(?:0[\da-fA-F]|10))[\da-fA-F]{4})|N)/

function readBytes(body: string): string {
  // \u and \U mean nothing in bytes and stay as they are.
  return Buffer.from(readEscapes(body.replace(/\\(?=[uU])/g, '\\\\')), 'latin1').toString('utf8')
}

function closing(text: string, begin: number, quote: string): number | undefined {
  for (let at = begin; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text.startsWith(quote, at)) return at
    else if (text[at] === '\n' && quote.length === 1) return undefined
  }
  return undefined
}
