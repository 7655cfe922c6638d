import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { equals } from '../../../src/template/python/equality.ts'
import { dumpJson, ONE_LINE } from '../../../src/template/python/formats/json-dump.ts'
import { loadJson } from '../../../src/template/python/formats/json-load.ts'
import { Float } from '../../../src/values/float.ts'
import { dict, type Value } from '../../../src/values/value.ts'

describe('JSON as Python writes it', () => {
  it('keeps floats, order and blanks, and escapes what is beyond ASCII', () => {
    const value = new Map<string, Value>([
      ['2', new Float(1)],
      ['1', [1n << 70n, 'é😀']],
      ['n', new Float(Number.NaN)],
    ])
    expect(dumpJson(value)).toBe(
      '{"2": 1.0, "1": [1180591620717411303424, "\\u00e9\\ud83d\\ude00"], "n": NaN}',
    )
  })

  it('indents, and leaves empty collections on their line', () => {
    const style = { ...ONE_LINE, indent: 2, sortKeys: true, separators: [',', ': '] as const }
    expect(dumpJson(dict({ b: [1], a: [], c: dict() }), style)).toBe(
      '{\n  "a": [],\n  "b": [\n    1\n  ],\n  "c": {}\n}',
    )
  })
})

describe('JSON as Python reads it', () => {
  it('tells integers from floats and keeps the order of all keys', () => {
    const value = loadJson(' {"b": 9007199254740993, "1": 1.0, "0": -0, "b": 1e2, "__proto__": NaN} ')
    expect([...(value as Map<string, Value>)]).toEqual([
      ['b', new Float(100)],
      ['1', new Float(1)],
      ['0', 0],
      ['__proto__', new Float(Number.NaN)],
    ])
  })

  it.each([
    ['', 'Expecting value: line 1 column 1 (char 0)'],
    ['[1,\n]', 'Expecting value: line 2 column 1 (char 4)'],
    ['{"a" 1}', "Expecting ':' delimiter: line 1 column 6 (char 5)"],
    ['[1 2]', "Expecting ',' delimiter: line 1 column 4 (char 3)"],
    ['{a: 1}', 'Expecting property name enclosed in double quotes: line 1 column 2 (char 1)'],
    ['"a\nb"', 'Invalid control character at: line 1 column 3 (char 2)'],
    ['"abc', 'Unterminated string starting at: line 1 column 1 (char 0)'],
    ['"\\q"', 'Invalid \\escape: line 1 column 2 (char 1)'],
    ['1 2', 'Extra data: line 1 column 3 (char 2)'],
    ['01', 'Extra data: line 1 column 2 (char 1)'],
  ])('refuses %j: %s', (text, message) => {
    expect(() => loadJson(text)).toThrow(message)
  })

  it('refuses nesting that would end the stack', () => {
    expect(() => loadJson('['.repeat(100_000))).toThrow('nested too deeply')
  })

  it('reads what it writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (given) => {
        const value = loadJson(JSON.stringify(given))
        expect(equals(loadJson(dumpJson(value)), value)).toBe(true)
      }),
    )
  })
})
