import { dict, isDict, type Value } from '../../values/value.ts'
import type { Filter } from '../filter.ts'
import { bind } from '../python/bind.ts'
import { asText, iterate } from '../python/convert.ts'
import { PythonError } from '../python/error.ts'
import { quoteUrl, splitUrl, unquoteUrlPlus } from '../python/formats/url.ts'
import { str } from '../python/text/repr.ts'
import { isTrue } from '../python/truth.ts'

const urlencode: Filter = (input, args) => {
  bind(args, {})
  if (!Array.isArray(input) && !isDict(input)) return quoteUrl(str(input))
  const pairs: Value[] = isDict(input) ? [...input] : input
  return pairs
    .map((pair) => {
      const parts = iterate(pair)
      if (parts.length !== 2) throw new PythonError('urlencode takes text, a dict, or a list of pairs')
      return parts.map((part) => quoteUrl(str(part), '').replaceAll('%20', '+')).join('=')
    })
    .join('&')
}

const urldecode: Filter = (input, args) => {
  bind(args, {})
  return unquoteUrlPlus(asText(input, 'urldecode takes text: the value'))
}

const urlsplit: Filter = (input, args) => {
  const { query } = bind(args, { query: '' })
  const url = splitUrl(asText(input, 'urlsplit takes text: the value'))
  const parts = dict(Object.fromEntries(Object.entries(url).sort(([a], [b]) => (a < b ? -1 : 1))))
  if (!isTrue(query)) return parts
  const part = parts.get(str(query))
  if (part === undefined) throw new PythonError(`urlsplit: unknown URL component: ${str(query)}`)
  return part
}

/** Python's `shlex.quote`, byte for byte; a shell of muster's own gets its words from src/shell. */
const quote: Filter = (input, args) => {
  bind(args, {})
  const text = input === null ? '' : str(input)
  if (/^[a-zA-Z0-9_@%+=:,./-]+$/.test(text)) return text
  return `'${text.replaceAll("'", `'"'"'`)}'`
}

export const filters: Readonly<Record<string, Filter>> = { urlencode, urldecode, urlsplit, quote }
