import type { Value } from '../../values/value.ts'
import type { Arguments, Filter } from '../filter.ts'
import { bind, bindNamed } from '../python/bind.ts'
import { asCount, asText } from '../python/convert.ts'
import { PythonError } from '../python/error.ts'
import { dumpJson } from '../python/formats/json-dump.ts'
import { loadJson } from '../python/formats/json-load.ts'
import { isTrue } from '../python/truth.ts'
import { typeName } from '../python/type-name.ts'

function indentOf(indent: Value): number | string | null {
  return indent === null || typeof indent === 'string' ? indent : asCount(indent, 'indent')
}

/** Separators as Python's json takes them; without any, a line that is to be indented ends with its comma. */
function separatorsOf(separators: Value, indent: Value): [string, string] {
  if (separators === null) return [indent === null ? ', ' : ',', ': ']
  if (!Array.isArray(separators) || separators.length !== 2) {
    throw new PythonError('separators must be two texts: between items and behind keys')
  }
  return [asText(separators[0]!, 'a separator'), asText(separators[1]!, 'a separator')]
}

interface Defaults {
  readonly indent: Value
  readonly sortKeys: boolean
}

function dumpWith(input: Value, args: Arguments, defaults: Defaults): string {
  const given = bindNamed(args, {
    indent: defaults.indent,
    sort_keys: defaults.sortKeys,
    ensure_ascii: true,
    separators: null,
    // Taken as Ansible does; they change nothing for values that a template can hold.
    preprocess_unsafe: null,
    vault_to_text: null,
    skipkeys: false,
    allow_nan: true,
    check_circular: true,
  })
  return dumpJson(input, {
    indent: indentOf(given.indent),
    sortKeys: isTrue(given.sort_keys),
    ensureAscii: isTrue(given.ensure_ascii),
    separators: separatorsOf(given.separators, given.indent),
  })
}

const toJson: Filter = (input, args) => {
  if (args.positional.length > 0) throw new PythonError('to_json takes keyword arguments only')
  return dumpWith(input, args, { indent: null, sortKeys: false })
}

const toNiceJson: Filter = (input, args) => {
  const [indent, sortKeys, ...rest] = args.positional
  if (rest.length > 0) throw new PythonError('to_nice_json takes at most indent and sort_keys by position')
  const named = new Map(args.named)
  // The separators of to_nice_json are fixed.
  named.set('separators', [',', ': '])
  return dumpWith(
    input,
    { positional: [], named },
    { indent: indent ?? 4, sortKeys: isTrue(sortKeys ?? true) },
  )
}

const fromJson: Filter = (input, args) => {
  bind(args, {})
  if (typeof input === 'string') return loadJson(input)
  throw new PythonError(`the JSON object must be str, bytes or bytearray, not ${typeName(input)}`)
}

const HTML_UNSAFE: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  "'": '\\u0027',
}

const tojson: Filter = (input, args) => {
  const { indent } = bind(args, { indent: null })
  const text = dumpJson(input, {
    indent: indentOf(indent),
    sortKeys: true,
    ensureAscii: true,
    separators: separatorsOf(null, indent),
  })
  return text.replace(/[<>&']/g, (character) => HTML_UNSAFE[character]!)
}

export const filters: Readonly<Record<string, Filter>> = {
  to_json: toJson,
  to_nice_json: toNiceJson,
  from_json: fromJson,
  tojson,
}
