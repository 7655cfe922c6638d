import { Secret } from '../../values/secret.ts'
import type { Value } from '../../values/value.ts'
import { asText } from '../python/convert.ts'
import { PythonError } from '../python/error.ts'
import { type IniOptions, IniText } from '../python/formats/ini.ts'
import { pythonRegex } from '../python/regex/regex.ts'
import { isTrue } from '../python/truth.ts'
import type { Lookup, Lookups } from './define.ts'
import { inlineTerm } from './inline-options.ts'
import { encodingOption, readNamed } from './read-file.ts'

const OPTIONS = [
  ...['type', 'file', 'section', 're', 'encoding', 'default'],
  ...['case_sensitive', 'allow_no_value', 'allow_none', 'interpolation'],
]

/** Values of keys in a section of an INI file, or in a file of Java properties. */
const ini: Lookup = {
  options: OPTIONS,
  run: (terms, options, evaluation) =>
    terms.flatMap((term) => {
      const inline = inlineTerm(asText(term, 'the key of ini'), OPTIONS)
      if (inline.words === '') {
        throw new PythonError(
          `No key to look up was provided as first term within string inline options: ${term}`,
        )
      }
      const given = (name: string): Value | undefined => inline.options.get(name) ?? options.get(name)
      const flag = (name: string, otherwise: boolean) => isTrue(given(name) ?? otherwise)
      const kind = given('type') ?? 'ini'
      if (kind !== 'ini' && kind !== 'properties') throw new PythonError('type must be ini or properties')
      const file = asText(given('file') ?? 'ansible.ini', 'file')
      const content = readNamed(file, evaluation, encodingOption(given('encoding')))
      const found = valuesIn(content instanceof Secret ? content.revealText() : content, {
        key: inline.words,
        section: kind === 'properties' ? undefined : asText(given('section') ?? 'global', 'section'),
        isPattern: flag('re', false),
        fallback: given('default') ?? '',
        file,
        reading: {
          caseSensitive: flag('case_sensitive', false),
          allowNoValue: flag('allow_no_value', isTrue(given('allow_none') ?? false)),
          interpolation: flag('interpolation', true),
        },
      })
      return content instanceof Secret
        ? found.map((value) => (typeof value === 'string' ? new Secret(value) : value))
        : found
    }),
}

interface Wanted {
  readonly key: string
  /** Undefined for Java properties, which have none. */
  readonly section: string | undefined
  readonly isPattern: boolean
  readonly fallback: Value
  readonly file: string
  readonly reading: IniOptions
}

function valuesIn(text: string, { key, section, isPattern, fallback, file, reading }: Wanted): Value[] {
  const parsed = new IniText(section === undefined ? `[java_properties]\n${text}` : text, file, reading)
  const name = section ?? 'java_properties'
  const keys = parsed.keys(name)
  if (keys === undefined) throw new PythonError(`No section '${name}' in '${file}'.`)
  if (isPattern) {
    const pattern = pythonRegex(key)
    return keys.filter((each) => pattern.match(each) !== null).map((each) => parsed.get(name, each) ?? null)
  }
  const value = parsed.get(name, key)
  const found = value === undefined ? fallback : value
  return found === null ? [] : [found]
}

export const iniLookups: Lookups = { ini }
