/** One `key=value` as written, or a word that is none. */
export type Assignment = { readonly key: string; readonly value: string } | { readonly word: string }

/**
 * Splits `a=1 note="two words" b={{ x + 1 }}` as Ansible does: at blanks outside quotes and template braces, at the
 * first `=` of each word; quotes around a whole value are taken off and `\n`, `\t`, `\x41`, `\u00e9` mean characters.
 * @returns undefined when a quote or a brace is not closed
 */
export function splitAssignments(text: string): Assignment[] | undefined {
  const words = splitWords(text)
  return words?.map((word) => {
    const at = word.indexOf('=')
    if (at < 1) return { word }
    return { key: word.slice(0, at).trim(), value: decodeEscapes(unquote(word.slice(at + 1).trim())) }
  })
}

const OPENING = ['{{', '{%', '{#']
const CLOSING = ['}}', '%}', '#}']

function splitWords(text: string): string[] | undefined {
  const words: string[] = []
  let word = ''
  let quote = ''
  let braces = 0
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!
    const pair = text.slice(at, at + 2)
    if (character === '\\' && at + 1 < text.length) {
      word += pair
      at++
    } else if (OPENING.includes(pair) || (braces > 0 && CLOSING.includes(pair))) {
      braces += OPENING.includes(pair) ? 1 : -1
      word += pair
      at++
    } else if (/\s/.test(character) && quote === '' && braces === 0) {
      if (word !== '') words.push(word)
      word = ''
    } else {
      if (character === quote) quote = ''
      else if (quote === '' && (character === '"' || character === "'")) quote = character
      word += character
    }
  }
  if (quote !== '' || braces !== 0) return undefined
  return word === '' ? words : [...words, word]
}

function unquote(value: string): string {
  const quote = value[0]
  const quoted =
    value.length > 1 && (quote === '"' || quote === "'") && value.endsWith(quote) && value.at(-2) !== '\\'
  return quoted ? value.slice(1, -1) : value
}

const NAMED: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', '"': '"', "'": "'" }

function decodeEscapes(value: string): string {
  return value.replace(/\\(?:u([\da-fA-F]{4})|x([\da-fA-F]{2})|([ntr\\"']))/g, (_, unicode, hex, name) =>
    name === undefined ? String.fromCharCode(Number.parseInt(unicode ?? hex, 16)) : NAMED[name]!,
  )
}
