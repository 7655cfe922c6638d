import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readLiteral } from '../../../src/inventory/ini/python-literal.ts'
import { Unhashable } from '../../../src/inventory/ini/python-value.ts'
import { Float } from '../../../src/values/float.ts'
import type { Value } from '../../../src/values/value.ts'

// Expected values are those of Python's ast.literal_eval and what Ansible makes of them.
describe('literals', () => {
  const cases: [string, Value][] = [
    ['1', 1],
    ['-5', -5],
    ['- 5', -5],
    ['+7', 7],
    ['0x1F', 31],
    ['0o17', 15],
    ['0b11', 3],
    ['1_000', 1000],
    ['00', 0],
    ['123456789012345678901', 123456789012345678901n],
    ['1.', new Float(1)],
    ['.5', new Float(0.5)],
    ['1e3', new Float(1000)],
    ['25.0', new Float(25)],
    ['True', true],
    ['None', null],
    ['"42"', '42'],
    ['\'a\' "b"', 'ab'],
    ['u"x"', 'x'],
    ['b"\\xc3\\xa9"', 'é'],
    ["r'\\d'", '\\d'],
    ['"""a"b"""', 'a"b'],
    ["'\\x41\\u00e9\\n\\q'", 'Aé\n\\q'],
    ['[1, "a",]', [1, 'a']],
    ['1,2', [1, 2]],
    ['(1,)', [1]],
    ['(5)', 5],
    ['()', []],
    ['{1, 2, 1}', [1, 2]],
    ['set()', []],
    ['{}', new Map()],
    [
      "{'k': 'v', 1: [True], 1.0: 2}",
      new Map<string | number, Value>([
        ['k', 'v'],
        [1, 2],
      ]),
    ],
    ['5 # b', 5],
    ['"t" # b', 't'],
    ['[1, # x\n2]', [1, 2]],
    ['1+2j', '(1+2j)'],
    ['...', '...'],
  ]
  test.each(cases)('%s', (text, value) => expect(readLiteral(text)).toEqual(value))
})

test.each([
  ...['017', '0644', '1.2.3', '12abc', '1:30', '2031-05-06', 'inf', 'nan', '2+3', 'true', 'null', ''],
  ...['[a,b]', '{"a": true}', '[1', '(1', '"open', "'\\x4'", '"\\N{DASH}"', 'f"x"', '1 2', 'a # b', '--5'],
  ...['set(1)', 'b"é"', '"a" b"b"', '[,]', '{1:2, 3}', 'C:\\dir', '{{ name }}', "{{ 'a' ~ 'b' }}"],
])('%j stays text', (text) => expect(readLiteral(text)).toBe(text))

test.each(["{{ 'x' }}", '{{ 5 }}', '{{ [1] }}', '{[1]: 2}', '{{}}', '[{[1]}]'])('%s has no hash', (text) => {
  expect(() => readLiteral(text)).toThrow(Unhashable)
})

test('what is deep or long is read in time', () => {
  for (const text of ['['.repeat(100_000), '9'.repeat(100_000), '-'.repeat(100_000), "'a' ".repeat(50_000)]) {
    expect(typeof readLiteral(text)).toBe('string')
  }
})

test('any text gives a value or Unhashable', () => {
  const fragments = fc.constantFrom(
    ...['1', '.', 'e', '0x', '_', '[', ']', '{', '}', '(', ')', ',', ':', '"', "'", '\\', 'b', 'None', ' '],
    ...['#', '\n', 'é', 'j', '+', '-', 'set()', '"""', '\\x4', '...'],
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(fragments).map((parts) => parts.join('')),
      ),
      (text) => {
        try {
          readLiteral(text)
        } catch (error) {
          expect(error).toBeInstanceOf(Unhashable)
        }
      },
    ),
    { numRuns: 2000 },
  )
})
