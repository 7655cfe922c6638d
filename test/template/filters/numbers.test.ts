import { describe, expect, it } from 'vitest'
import { filters as numbers } from '../../../src/template/filters/numbers.ts'
import { filters as sizes } from '../../../src/template/filters/sizes.ts'
import { filters as sums } from '../../../src/template/filters/sum.ts'
import { Float } from '../../../src/values/float.ts'
import { applier } from '../apply.ts'

const apply = applier({ ...numbers, ...sizes, ...sums })

describe('numbers', () => {
  it('round halves to even and keep integers integers', () => {
    expect(apply('round', new Float(2.5))).toEqual(new Float(2))
    expect(apply('round', new Float(2.675), [2])).toEqual(new Float(2.67))
    expect(apply('round', 1250, [-2])).toBe(1200)
    expect(apply('round', new Float(2.1), [], { method: 'ceil' })).toEqual(new Float(3))
    expect(() => apply('round', 1, [], { method: 'up' })).toThrow('method must be common, ceil or floor')
  })

  it('read text, with a value for what is no number', () => {
    expect(apply('int', ' 12 ')).toBe(12)
    expect(apply('int', '1e3')).toBe(1000)
    expect(apply('int', 'x', [7])).toBe(7)
    expect(apply('int', '1f', [], { base: 16 })).toBe(31)
    expect(apply('int', '99999999999999999999')).toBe(99999999999999999999n)
    expect(apply('float', [])).toEqual(new Float(0))
  })

  it('sum exactly and refuse text', () => {
    expect(apply('sum', [2 ** 53 - 1, 2])).toBe(2n ** 53n + 1n)
    expect(apply('sum', [[1], [2]], [], { start: [] })).toEqual([1, 2])
    expect(() => apply('sum', [1, 'a'])).toThrow("unsupported operand type(s) for +: 'int' and 'str'")
  })
})

describe('sizes', () => {
  it('are written and read by 1024, or by the unit asked for', () => {
    expect(apply('human_readable', 1536)).toBe('1.50 KB')
    expect(apply('human_readable', 1 << 20, [], { unit: 'k' })).toBe('1024.00 KB')
    expect(apply('human_to_bytes', '1.5 KB')).toBe(1536)
    expect(apply('human_to_bytes', '2', ['megabyte'])).toBe(2 << 20)
    expect(apply('filesizeformat', 1500)).toBe('1.5 kB')
    expect(apply('filesizeformat', 1536, [true])).toBe('1.5 KiB')
  })

  it('tell bytes from bits', () => {
    expect(apply('human_to_bytes', '1Kb', [], { isbits: true })).toBe(1024)
    expect(() => apply('human_to_bytes', '1Kb')).toThrow('expect KB or K')
    expect(() => apply('human_to_bytes', '1X')).toThrow('The suffix must be one of Y, Z, E, P, T, G, M, K, B')
  })
})
