import type { Filter } from '../filter.ts'
import { bind } from '../python/bind.ts'
import { asCount, asText } from '../python/convert.ts'
import { PythonError } from '../python/error.ts'
import { repr, str } from '../python/text/repr.ts'
import { stripEnd } from '../python/text/strip.ts'

interface Style {
  readonly decoration: string
  readonly beginning?: string
  readonly end?: string
}

const STYLES: ReadonlyMap<string, Style> = new Map([
  ['plain', { decoration: '# ' }],
  ['erlang', { decoration: '% ' }],
  ['c', { decoration: '// ' }],
  ['cblock', { beginning: '/*', decoration: ' * ', end: ' */' }],
  ['xml', { beginning: '<!--', decoration: ' - ', end: '-->' }],
])

const comment: Filter = (input, args) => {
  const name = args.positional[0] ?? args.named.get('style') ?? 'plain'
  const style = STYLES.get(str(name))
  if (style === undefined) {
    throw new PythonError(`Invalid style ${repr(name)}. Available styles: ${[...STYLES.keys()].join(', ')}`)
  }
  const decorated = stripEnd(str(args.named.get('decoration') ?? style.decoration))
  const given = bind(args, {
    style: 'plain',
    newline: '\n',
    beginning: style.beginning ?? '',
    prefix: decorated,
    prefix_count: 1,
    decoration: style.decoration,
    postfix: decorated,
    postfix_count: 1,
    end: style.end ?? '',
  })
  const newline = str(given.newline)
  const decoration = str(given.decoration)
  const prefix = str(given.prefix)
  const text = asText(input, 'comment takes text: the value')
  // A line that holds nothing but its decoration loses the blanks of it; the last line keeps them.
  const body = (decoration + text.replaceAll(newline, newline + decoration)).replaceAll(
    decoration + newline,
    stripEnd(decoration) + newline,
  )
  const before =
    prefix === ''
      ? ''
      : (prefix === newline ? newline : prefix + newline).repeat(asCount(given.prefix_count, 'prefix_count'))
  const after = (newline + str(given.postfix)).repeat(asCount(given.postfix_count, 'postfix_count'))
  return (
    (str(given.beginning) === '' ? '' : str(given.beginning) + newline) +
    before +
    body +
    after +
    (str(given.end) === '' ? '' : newline + str(given.end))
  )
}

export const filters: Readonly<Record<string, Filter>> = { comment }
