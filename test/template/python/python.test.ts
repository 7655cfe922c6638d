import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dictGet, dictSet, equalityKey, equals, toKey } from '../../../src/template/python/equality.ts'
import { parseFloatText, parseInteger, truncate } from '../../../src/template/python/numbers/number.ts'
import { compare, sorted } from '../../../src/template/python/ordering.ts'
import { slice, sliceText, textLength } from '../../../src/template/python/sequence.ts'
import { repr, str } from '../../../src/template/python/text/repr.ts'
import { isTrue } from '../../../src/template/python/truth.ts'
import { DateTime } from '../../../src/values/date-time.ts'
import { Float } from '../../../src/values/float.ts'
import { type Dict, dict, type Value } from '../../../src/values/value.ts'

const values = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.boolean(),
    fc.integer({ min: -3, max: 3 }),
    fc.constantFrom<Value>(2n ** 70n, new Float(1), new Float(0), new Float(2.5)),
    fc.constantFrom('', 'a', '1', 'é', '😀'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', '1'), tie('value')).map((entries) => dict(entries)),
  ),
})).value

describe('equality', () => {
  it('counts booleans and floats as numbers and never text', () => {
    expect(equals(1, true)).toBe(true)
    expect(equals(new Float(1), 1)).toBe(true)
    expect(equals('1', 1)).toBe(false)
    expect(equals(new Float(Number.NaN), new Float(Number.NaN))).toBe(false)
    expect(equals(2n ** 53n + 1n, new Float(2 ** 53))).toBe(false)
  })

  it('ignores the order of keys', () => {
    expect(equals(dict({ a: 1, b: 2 }), dict({ b: 2, a: 1 }))).toBe(true)
    expect(equals(dict({ a: 1 }), dict({ a: 1, b: 2 }))).toBe(false)
  })

  it('has one key for all equal values and for no others', () => {
    fc.assert(
      fc.property(values, values, (left, right) => {
        expect(equalityKey(left) === equalityKey(right)).toBe(equals(left, right))
      }),
    )
  })

  it('takes 1, 1.0 and true for one key of a dict, spelled as it first was', () => {
    const entries: Dict = new Map()
    dictSet(entries, toKey(1), 'x')
    dictSet(entries, toKey(true), 'y')
    dictSet(entries, toKey(new Float(1)), 'z')
    expect([...entries]).toEqual([[1, 'z']])
    expect(dictGet(entries, true)).toBe('z')
    expect(() => toKey([])).toThrow("unhashable type: 'list'")
  })
})

describe('ordering', () => {
  it('refuses types that have no order, named as they were written', () => {
    expect(() => compare(1, '<', 'a')).toThrow("'<' not supported between instances of 'int' and 'str'")
    expect(() => compare('a', '>=', null)).toThrow(
      "'>=' not supported between instances of 'str' and 'NoneType'",
    )
    expect(() => sorted([1, 'a'], (item) => item)).toThrow(
      "'<' not supported between instances of 'str' and 'int'",
    )
  })

  it('goes by code points, then by length', () => {
    expect(compare('\uffff', '<', '😀')).toBe(true)
    expect(compare([1, 2], '<', [1, 2, 0])).toBe(true)
    expect(compare(new Float(Number.NaN), '<=', 1)).toBe(false)
  })

  it('keeps the order of equals, also in reverse', () => {
    const rows = [
      [1, 'x'],
      [2, 'y'],
      [1, 'z'],
    ] as const
    expect(sorted(rows, (row) => row[0]).map((row) => row[1])).toEqual(['x', 'z', 'y'])
    expect(sorted(rows, (row) => row[0], true).map((row) => row[1])).toEqual(['y', 'x', 'z'])
  })
})

describe('printing', () => {
  it.each<[number, string]>([
    [1, '1.0'],
    [-0, '-0.0'],
    [1e16, '1e+16'],
    [123456789012345680, '1.2345678901234568e+17'],
    [9999999999999998, '9999999999999998.0'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [0.1 + 0.2, '0.30000000000000004'],
    [Number.POSITIVE_INFINITY, 'inf'],
    [Number.NaN, 'nan'],
  ])('prints the float %d as %s', (value, text) => {
    expect(repr(new Float(value))).toBe(text)
  })

  it('quotes and escapes text only inside containers', () => {
    expect(str("it's")).toBe("it's")
    expect(repr(["it's", `"'`, 'a\\b\n\u200b\x07é日😀\u00a0'])).toBe(
      `["it's", '"\\'', 'a\\\\b\\n\\u200b\\x07é日😀\\xa0']`,
    )
    expect(
      repr(
        new Map<string | number, Value>([
          ['a', null],
          [1, true],
        ]),
      ),
    ).toBe("{'a': None, 1: True}")
  })

  it('prints dates as Python does, by themselves and in containers', () => {
    const time = new DateTime(Date.UTC(2024, 1, 29, 1, 2, 3), false)
    expect(str(time)).toBe('2024-02-29 01:02:03')
    expect(repr(time)).toBe('datetime.datetime(2024, 2, 29, 1, 2, 3)')
    expect(repr(new DateTime(Date.UTC(2020, 0, 1), true))).toBe('datetime.date(2020, 1, 1)')
    expect(repr(new DateTime(0, false, -90))).toBe(
      'datetime.datetime(1969, 12, 31, 22, 30, tzinfo=datetime.timezone(datetime.timedelta(days=-1, seconds=81000)))',
    )
  })
})

describe('numbers from text', () => {
  it('reads what Python reads and nothing else', () => {
    expect(parseInteger(' -1_0 ')).toBe(-10)
    expect(parseInteger('99999999999999999999')).toBe(99999999999999999999n)
    expect(parseInteger('0x1f', 16)).toBe(31)
    expect(parseInteger('1f', 16)).toBe(31)
    expect(parseInteger('z', 36)).toBe(35)
    expect(parseInteger('0b11', 0)).toBe(3)
    for (const wrong of ['', '1_', '_1', '1.0', '1 2', '0x1f']) expect(parseInteger(wrong)).toBeUndefined()
    expect(parseInteger('08', 8)).toBeUndefined()
    expect(parseFloatText(' 1_0.5e3 ')).toBe(10500)
    expect(parseFloatText('-INF')).toBe(Number.NEGATIVE_INFINITY)
    for (const wrong of ['', '.', '1e', '0x1', 'in']) expect(parseFloatText(wrong)).toBeUndefined()
    expect(truncate(-1.5)).toBe(-1)
    expect(truncate(1e20)).toBe(100000000000000000000n)
    expect(truncate(Number.NaN)).toBeUndefined()
  })
})

describe('sequences', () => {
  it('slices as Python does', () => {
    const letters = ['a', 'b', 'c', 'd']
    expect(slice(letters, -2, null, null)).toEqual(['c', 'd'])
    expect(slice(letters, null, null, -1)).toEqual(['d', 'c', 'b', 'a'])
    expect(slice(letters, 10, -10, -2)).toEqual(['d', 'b'])
    expect(slice(letters, 3, 1, null)).toEqual([])
    expect(() => slice(letters, null, null, 0)).toThrow('slice step cannot be zero')
    expect(sliceText('a😀b', 1, 2, null)).toBe('😀')
    expect(textLength('a😀b')).toBe(3)
  })
})

describe('truth', () => {
  it('is false for what is empty or zero', () => {
    for (const value of [null, false, 0, '', [], new Map(), new Float(0)]) expect(isTrue(value)).toBe(false)
    for (const value of [true, -1, 1n, '0', [0], new Float(Number.NaN)]) expect(isTrue(value)).toBe(true)
  })
})
