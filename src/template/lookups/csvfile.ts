import { Secret } from '../../values/secret.ts'
import type { Value } from '../../values/value.ts'
import { asInteger, asText } from '../python/convert.ts'
import { PythonError } from '../python/error.ts'
import { readCsv } from '../python/formats/csv.ts'
import type { Lookup, Lookups } from './define.ts'
import { inlineTerm } from './inline-options.ts'
import { encodingOption, readNamed } from './read-file.ts'

const OPTIONS = ['col', 'keycol', 'default', 'delimiter', 'file', 'encoding']

/** The value in one column of the row whose first column is the key. */
const csvfile: Lookup = {
  options: OPTIONS,
  run(terms, options, evaluation) {
    if (terms.length === 0) throw new PythonError('Search key is required but was not found')
    return terms.flatMap((term) => {
      const inline = inlineTerm(asText(term, 'the key of csvfile'), OPTIONS)
      if (inline.words === '') throw new PythonError('Search key is required but was not found')
      const given = (name: string, otherwise: Value): Value =>
        inline.options.get(name) ?? options.get(name) ?? otherwise
      const name = asText(given('file', 'ansible.csv'), 'file')
      const content = readNamed(name, evaluation, encodingOption(given('encoding', 'utf-8')))
      const text = content instanceof Secret ? content.revealText() : content
      const column = (option: string, otherwise: number) => asInteger(given(option, otherwise), option)
      const value = valueIn(readCsv(text, delimiterOf(given('delimiter', 'TAB'))), inline.words, {
        key: column('keycol', 0),
        value: column('col', 1),
      })
      const found = value ?? given('default', null)
      if (found === null) return []
      return content instanceof Secret && typeof found === 'string' ? [new Secret(found)] : [found]
    })
  },
}

function valueIn(
  rows: Iterable<readonly string[]>,
  key: string,
  columns: { readonly key: number; readonly value: number },
): string | undefined {
  for (const row of rows) {
    if (row.length === 0) continue
    const at = row[columns.key]
    if (at === undefined) throw new PythonError('list index out of range')
    if (at !== key) continue
    const value = row.at(columns.value)
    if (value === undefined) throw new PythonError('list index out of range')
    return value
  }
  return undefined
}

function delimiterOf(value: Value): string {
  const text = asText(value, 'delimiter')
  const delimiter = text === 'TAB' || text === '\\t' ? '\t' : text
  if (Array.from(delimiter).length !== 1) throw new PythonError('"delimiter" must be a 1-character string')
  return delimiter
}

export const csvfileLookups: Lookups = { csvfile }
