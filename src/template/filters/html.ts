import type { Filter } from '../filter.ts'
import { bind } from '../python/bind.ts'
import { asDict, asInteger, asText, iterate } from '../python/convert.ts'
import { PythonError } from '../python/error.ts'
import { escapeHtml, unescapeHtml } from '../python/formats/html.ts'
import { repr, str } from '../python/text/repr.ts'
import { splitBlanks } from '../python/text/strip.ts'
import { urlize as linkText } from '../python/text/urlize.ts'
import { isTrue } from '../python/truth.ts'

const escapeFilter: Filter = (input, args) => {
  bind(args, {})
  return escapeHtml(str(input))
}

/** Ansible never escapes by itself, so marking text as safe changes nothing but its type. */
const safe: Filter = (input, args) => {
  bind(args, {})
  return str(input)
}

/** A text less its tags and comments. From one that is not closed on, all stays. */
function withoutTags(text: string): string {
  let result = ''
  let at = 0
  for (;;) {
    const start = text.indexOf('<', at)
    const isComment = start >= 0 && text.startsWith('<!--', start)
    const end = start < 0 ? -1 : isComment ? text.indexOf('-->', start + 4) : text.indexOf('>', start)
    if (end < 0) return result + text.slice(at)
    result += text.slice(at, start)
    at = end + (isComment ? 3 : 1)
  }
}

const striptags: Filter = (input, args) => {
  bind(args, {})
  return unescapeHtml(splitBlanks(withoutTags(str(input))).join(' '))
}

const xmlattr: Filter = (input, args) => {
  const { autospace } = bind(args, { autospace: true })
  const attributes: string[] = []
  for (const [key, value] of asDict(input, 'xmlattr takes a dict: the value')) {
    if (value === null) continue
    if (/[\s/>=]/.test(str(key))) throw new PythonError(`Invalid character in attribute name: ${repr(key)}`)
    attributes.push(`${escapeHtml(str(key))}="${escapeHtml(str(value))}"`)
  }
  return (isTrue(autospace) && attributes.length > 0 ? ' ' : '') + attributes.join(' ')
}

const urlize: Filter = (input, args) => {
  const { trim_url_limit, nofollow, target, rel, extra_schemes } = bind(args, {
    trim_url_limit: null,
    nofollow: false,
    target: null,
    rel: null,
    extra_schemes: null,
  })
  const words = new Set([...splitBlanks(rel === null ? '' : asText(rel, 'rel')), 'noopener'])
  if (isTrue(nofollow)) words.add('nofollow')
  const schemes = extra_schemes === null ? [] : iterate(extra_schemes).map(str)
  for (const scheme of schemes) {
    if (!/^[\w.+-]{2,}:(?:\/\/)?$/.test(scheme)) {
      throw new PythonError(`${repr(scheme)} is not a valid URI scheme prefix.`)
    }
  }
  return linkText(asText(input, 'urlize takes text: the value'), {
    limit: trim_url_limit === null ? null : asInteger(trim_url_limit, 'trim_url_limit'),
    rel: [...words].sort().join(' '),
    target: target === null ? null : asText(target, 'target'),
    schemes,
  })
}

export const filters: Readonly<Record<string, Filter>> = {
  escape: escapeFilter,
  e: escapeFilter,
  forceescape: escapeFilter,
  safe,
  striptags,
  xmlattr,
  urlize,
}
