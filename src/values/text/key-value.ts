import { CONTROL_ESCAPES } from './control-escapes.ts'

/** A word of a text, with its place in it. */
export interface Word {
  readonly text: string
  readonly start: number
  readonly end: number
}

const CLOSES: Readonly<Record<string, string>> = { '{{': '}}', '{%': '%}', '{#': '#}' }

/**
 * Text as the words between its blanks, where blanks inside quotes and template marks part nothing. Quotes and
 * backslashes stay. Ansible's own rules for `key=value` text, which no shell splitter knows because of the templates.
 *
 * @throws RangeError in Ansible's words when a quote or a template mark is not closed
 */
export function splitWords(text: string): Word[] {
  const words: Word[] = []
  let start: number | undefined
  let quote: string | undefined
  let close: string | undefined
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!
    const pair = text.slice(at, at + 2)
    if (close !== undefined) {
      if (pair === close) {
        close = undefined
        at++
      }
      continue
    }
    if (Object.hasOwn(CLOSES, pair)) {
      start ??= at
      close = CLOSES[pair]
      at++
    } else if ((character === '"' || character === "'") && text[at - 1] !== '\\') {
      start ??= at
      if (quote === undefined) quote = character
      else if (quote === character) quote = undefined
    } else if (quote === undefined && /\s/.test(character)) {
      if (start !== undefined) words.push({ text: text.slice(start, at), start, end: at })
      start = undefined
    } else start ??= at
  }
  if (quote !== undefined || close !== undefined) {
    throw new RangeError('failed at splitting arguments, either an unbalanced jinja2 block or quotes')
  }
  if (start !== undefined) words.push({ text: text.slice(start), start, end: text.length })
  return words
}

const ESCAPE = /\\(?:U([0-9a-fA-F]{8})|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([\\'"abfnrtv]))/g

/** Python's escapes in a word, but for characters by name. */
function decodeEscapes(text: string): string {
  return text.replace(ESCAPE, (whole, wide, four, two, short) => {
    if (short !== undefined) return CONTROL_ESCAPES[short] ?? short
    const code = Number.parseInt(wide ?? four ?? two, 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}

/** Text without the quotes around all of it. */
export function unquote(text: string): string {
  const first = text[0]
  const quoted = text.length > 1 && (first === '"' || first === "'") && text.endsWith(first)
  return quoted && text.at(-2) !== '\\' ? text.slice(1, -1) : text
}

/**
 * A word `key=value` as its two sides, the value unquoted; undefined for a word without `=` or with none but escaped
 * ones.
 */
export function readPair(word: string): { readonly key: string; readonly value: string } | undefined {
  const text = decodeEscapes(word)
  const at = text.search(/(?<=[^\\])=/)
  if (at < 1) return undefined
  return { key: text.slice(0, at).trim(), value: unquote(text.slice(at + 1).trim()) }
}

/**
 * `key=value` words of a text, as `-e` and modules take them; words without `=` are in `rest`.
 * @throws RangeError as {@link splitWords}
 */
export function readPairs(text: string): { pairs: Map<string, string>; rest: string[] } {
  const pairs = new Map<string, string>()
  const rest: string[] = []
  for (const word of splitWords(text)) {
    const pair = readPair(word.text)
    if (pair === undefined) rest.push(word.text)
    else pairs.set(pair.key, pair.value)
  }
  return { pairs, rest }
}
