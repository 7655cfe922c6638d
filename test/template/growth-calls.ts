import { knownFilterNames, knownTestNames } from '../../src/template/evaluator/values/known.ts'
import { functionNames } from '../../src/template/functions/globals.ts'
import { lookupNames } from '../../src/template/lookups/index.ts'
import { dictMethodNames } from '../../src/template/methods/dicts.ts'
import { listMethodNames } from '../../src/template/methods/lists.ts'
import { textMethodNames } from '../../src/template/methods/strings.ts'

/** Pieces whose repetition makes the texts that are hard to read. */
export const PIECES: readonly string[] = [
  'a',
  ' ',
  '\n',
  'a ',
  ' a\n',
  '\t\n',
  '0',
  '9.',
  '<',
  '<a ',
  '<!--',
  '&amp;',
  "'",
  '"',
  '\\',
  '\\"',
  '%',
  '%(',
  '{',
  '{{',
  '}',
  '[',
  '(',
  ',',
  'a,',
  'a=',
  '=',
  ':',
  ': ',
  '- ',
  '#',
  '/',
  '../',
  '.',
  '..a',
  '-',
  '_',
  '%20',
  'QUJD',
  '\u00e9',
  '\u{1f600}',
  '\ud800',
  'A\u0301',
  'http://a.b ',
  'a@b.c ',
  '$a',
  '${',
  '1+1 ',
  '\r',
  '\r\n',
  '&',
  '*',
  '!',
  '?',
  '|',
  '~',
  '1-',
  'Aa',
  '$6$',
  '1.2.',
  'é\n',
]

/** A call over `t`, `l`, `d`: a text, a list and a dict of its pieces; with `u`, `m`, `e`, the same, as arguments. */
export interface GrowthCall {
  readonly name: string
  readonly expressions: readonly string[]
}

const ARGUMENTS = ['', "'a'", "' '", 'u', "'a', 'b'", "u, 'b'", "'a', u", '3', '2, true', 'm', 'e']

/** Lookups that start programs, reach out, or look at files that are not the hosts'. */
const OUTSIDE = [
  'pipe',
  'lines',
  'url',
  'password',
  'file',
  'unvault',
  'fileglob',
  'first_found',
  'csvfile',
  'ini',
  'template',
]

/** Filters that give every combination of what they get: as many rows as that makes, up to a bound of rows. */
const COMBINING = ['product', 'permutations', 'combinations']

/** Every filter, test, method, function and lookup with every kind of input and argument. */
export function growthCalls(): GrowthCall[] {
  const calls: GrowthCall[] = []
  const add = (name: string, make: (args: string) => readonly string[]) =>
    calls.push({ name, expressions: ARGUMENTS.flatMap(make) })
  for (const name of knownFilterNames().filter((each) => !COMBINING.includes(each)))
    add(`filter ${name}`, (args) => ['t', 'l', 'd'].map((input) => `${input} | ${name}(${args})`))
  for (const name of knownTestNames())
    add(`test ${name}`, (args) => ['t', 'l'].map((input) => `${input} is ${name}(${args})`))
  for (const name of textMethodNames()) add(`text.${name}`, (args) => [`t.${name}(${args})`])
  for (const name of listMethodNames()) add(`list.${name}`, (args) => [`l.${name}(${args})`])
  for (const name of dictMethodNames()) add(`dict.${name}`, (args) => [`d.${name}(${args})`])
  for (const name of functionNames())
    if (!['lookup', 'query', 'q'].includes(name)) add(`${name}()`, (args) => [`${name}(${args})`])
  for (const name of lookupNames())
    if (!OUTSIDE.includes(name))
      add(`lookup ${name}`, (args) => [`lookup('${name}'${args === '' ? '' : `, ${args}`})`])
  return calls
}
