import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readFreeForm } from '../../../src/playbook/tasks/free-form.ts'
import { readPairs, splitWords } from '../../../src/values/text/key-value.ts'

const words = (text: string) => splitWords(text).map((word) => word.text)

describe('splitWords', () => {
  it.each<[string, string[]]>([
    ['', []],
    ['  a  b\tc\nd ', ['a', 'b', 'c', 'd']],
    ['a="b c" d', ['a="b c"', 'd']],
    ["a='b \"c' d", ["a='b \"c'", 'd']],
    ['a=\\" b', ['a=\\"', 'b']],
    ['msg={{ x | default("a b") }} y', ['msg={{ x | default("a b") }}', 'y']],
    ['msg="{{ x["a b"] }} c" d', ['msg="{{ x["a b"] }} c"', 'd']],
    ['{% if a %}b{% endif %} c', ['{% if a %}b{% endif %}', 'c']],
    ['a{# a b #}c d', ['a{# a b #}c', 'd']],
  ])('%j', (text, expected) => {
    expect(words(text)).toEqual(expected)
  })

  it.each(['a "b', "it's", '{{ a', '{% if'])('refuses %j', (text) => {
    expect(() => splitWords(text)).toThrow('either an unbalanced jinja2 block or quotes')
  })

  it('gives the place of every word', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ' ', '=', '\n') }), (text) => {
        for (const word of splitWords(text)) expect(text.slice(word.start, word.end)).toBe(word.text)
        expect(words(text)).toEqual(text.split(/\s+/).filter((word) => word !== ''))
      }),
    )
  })
})

describe('readPairs', () => {
  it('reads quotes and escapes', () => {
    expect(readPairs('number=1 words="a b" tab=a\\tb eq=a=b empty= x\\=y free').pairs).toEqual(
      new Map([
        ['number', '1'],
        ['words', 'a b'],
        ['tab', 'a\tb'],
        ['eq', 'a=b'],
        ['empty', ''],
      ]),
    )
    expect(readPairs('a x\\=y').rest).toEqual(['a', 'x\\=y'])
  })
})

describe('readFreeForm', () => {
  const known = new Set(['cmd', 'creates', 'chdir'])

  it('takes the known words out of a command and leaves the rest as it is', () => {
    expect(readFreeForm('creates=/x  echo  "a  b" c=d', 'cmd', known)).toEqual(
      new Map([
        ['creates', '/x'],
        ['cmd', 'echo  "a  b" c=d'],
      ]),
    )
    expect(readFreeForm('touch x chdir="/a b" creates=x', 'cmd', known)).toEqual(
      new Map([
        ['chdir', '/a b'],
        ['creates', 'x'],
        ['cmd', 'touch x'],
      ]),
    )
  })

  it('leaves words alone that the module has no parameter for', () => {
    expect(readFreeForm('make removes=x', 'cmd', known)).toEqual(new Map([['cmd', 'make removes=x']]))
  })

  it('keeps the lines of a script', () => {
    expect(readFreeForm('if true\nthen\n  echo a\nfi\n', 'cmd', known)).toEqual(
      new Map([['cmd', 'if true\nthen\n  echo a\nfi']]),
    )
  })

  it('takes nothing but key=value for other modules', () => {
    expect(readFreeForm('a=1 b=2', undefined, known)).toEqual(
      new Map([
        ['a', '1'],
        ['b', '2'],
      ]),
    )
    expect(() => readFreeForm('hello a=1', undefined, known)).toThrow('a word that is no key=value')
  })
})
