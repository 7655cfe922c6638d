import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { filters as combinations } from '../../../src/template/filters/combinations.ts'
import { filters as lists } from '../../../src/template/filters/lists.ts'
import { filters as sets } from '../../../src/template/filters/sets.ts'
import { NamedTuple } from '../../../src/template/python/named-tuple.ts'
import { Float } from '../../../src/values/float.ts'
import { dict, type Value } from '../../../src/values/value.ts'
import { applier } from '../apply.ts'

const apply = applier({ ...lists, ...sets, ...combinations })
const numbers = fc.array(fc.integer({ min: 0, max: 5 }))

describe('order', () => {
  it('ignores case unless told otherwise, and takes several attributes', () => {
    expect(apply('sort', ['b', 'A', 'c'])).toEqual(['A', 'b', 'c'])
    expect(apply('sort', ['b', 'A', 'c'], [], { case_sensitive: true, reverse: true })).toEqual([
      'c',
      'b',
      'A',
    ])
    const rows = [dict({ a: 1, b: 2 }), dict({ a: 1, b: 1 }), dict({ a: 0, b: 3 })]
    expect(apply('sort', rows, [], { attribute: 'a,b' })).toEqual([rows[2], rows[1], rows[0]])
    expect(() => apply('sort', [dict()], [], { attribute: 'a' })).toThrow("'dict' has no attribute 'a'")
  })

  it('finds the first of the largest', () => {
    expect(apply('max', ['b', 'B', 'a'])).toBe('b')
    expect(apply('min', [new Float(1), true])).toEqual(new Float(1))
    expect(() => apply('min', [])).toThrow('No aggregated item, sequence was empty.')
  })

  it('groups equal values under the first spelling, with names for the parts', () => {
    const rows = [dict({ z: 'B', n: 1 }), dict({ z: 'a', n: 2 }), dict({ z: 'b', n: 3 })]
    const groups = apply('groupby', rows, ['z']) as NamedTuple[]
    expect(groups.map((group) => group.field('grouper'))).toEqual(['a', 'B'])
    expect(groups[1]!.field('list')).toEqual([rows[0], rows[2]])
    expect(groups[1]![0]).toBe('B')
    expect(groups[0]!.map((part) => part)).not.toBeInstanceOf(NamedTuple)
  })
})

describe('rows and columns', () => {
  it('are filled, columns also where nothing is missing', () => {
    expect(apply('batch', [1, 2, 3], [2, 'x'])).toEqual([
      [1, 2],
      [3, 'x'],
    ])
    expect(apply('slice', [1, 2, 3], [2, 'x'])).toEqual([
      [1, 2],
      [3, 'x'],
    ])
    expect(apply('slice', [1], [1, 'x'])).toEqual([[1, 'x']])
    expect(apply('batch', [1, 2], [2, 'x'])).toEqual([[1, 2]])
  })

  it('lose no item and keep the order', () => {
    fc.assert(
      fc.property(numbers, fc.integer({ min: 1, max: 5 }), (items, size) => {
        expect((apply('batch', items, [size]) as Value[][]).flat()).toEqual(items)
        expect((apply('slice', items, [size]) as Value[][]).flat()).toEqual(items)
      }),
    )
  })

  it('flatten to a depth, dropping nulls and the words for them', () => {
    expect(apply('flatten', [1, [2, [3, null, 'None']]])).toEqual([1, 2, 3])
    expect(apply('flatten', [1, [2, [3]]], [], { levels: 1 })).toEqual([1, 2, [3]])
    expect(apply('flatten', [[null]], [], { skip_nulls: false })).toEqual([null])
  })
})

describe('sets', () => {
  it('obey the laws of sets', () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const set = (name: string) => new Set(apply(name, a, [b]) as number[])
        expect(set('union')).toEqual(new Set([...a, ...b]))
        expect(set('intersect')).toEqual(new Set(a.filter((item) => b.includes(item))))
        expect(set('difference')).toEqual(new Set(a.filter((item) => !b.includes(item))))
        expect(set('symmetric_difference')).toEqual(set('union').difference(set('intersect')))
      }),
    )
  })

  it('count equal values once, dicts and lists too', () => {
    expect(apply('unique', [1, new Float(1), true, 'a', 'A'])).toEqual([1, 'a'])
    expect(apply('unique', ['a', 'A'], [], { case_sensitive: true })).toEqual(['a', 'A'])
    expect(apply('unique', [dict({ a: 1 }), dict({ a: 1 }), ['x'], ['X']])).toEqual([
      dict({ a: 1 }),
      ['x'],
      ['X'],
    ])
    expect(apply('unique', [dict({ a: 1, b: 1 }), dict({ a: 1 })], [], { attribute: 'a' })).toHaveLength(1)
  })
})

describe('combinations', () => {
  it('come in lexicographic order of their places', () => {
    expect(apply('combinations', 'abc', [2])).toEqual([
      ['a', 'b'],
      ['a', 'c'],
      ['b', 'c'],
    ])
    expect(apply('permutations', [1, 2, 3])).toHaveLength(6)
    expect(apply('product', [1, 2], [[3, 4]])).toEqual([
      [1, 3],
      [1, 4],
      [2, 3],
      [2, 4],
    ])
    expect(apply('zip_longest', [1], [[2, 3]], { fillvalue: 0 })).toEqual([
      [1, 2],
      [0, 3],
    ])
  })

  it('stop before they fill the memory', () => {
    const many = Array.from({ length: 200 }, (_, index) => index)
    expect(() => apply('product', many, [], { repeat: 4 })).toThrow('more than 1000000 rows')
    expect(() => apply('permutations', many)).toThrow('more than 1000000 rows')
  })
})
