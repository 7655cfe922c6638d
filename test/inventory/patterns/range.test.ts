import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BadRange, expandRange } from '../../../src/inventory/patterns/range.ts'

describe('ranges', () => {
  test.each([
    ['web[1:3]', ['web1', 'web2', 'web3']],
    ['web[01:20:8].x', ['web01.x', 'web09.x', 'web17.x']],
    ['node[098:101]', ['node098', 'node099', 'node100', 'node101']],
    ['zero[:2]', ['zero0', 'zero1', 'zero2']],
    ['x[y:B]', ['xy', 'xz', 'xA', 'xB']],
    ['r[1:2]-[a:b]', ['r1-a', 'r1-b', 'r2-a', 'r2-b']],
    ['plain', ['plain']],
  ])('%s', (written, names) => {
    expect(expandRange(written)).toEqual(names)
  })

  test.each([
    ['web[3:1]', 'the range [3:1] runs backwards; did you mean [1:3]?'],
    ['web[c:a]', 'runs backwards'],
    ['web[1:]', 'has no end'],
    ['web[01:100]', 'the same number of digits'],
    ['web[1]', 'is no range'],
    ['web[1:2:3:4]', 'is no range'],
    ['web[1:9:0]', 'must be a number above 0'],
    ['web[1:9:-1]', 'must be a number above 0'],
    ['web[1:b]', 'two numbers or two letters'],
    ['web[aa:bb]', 'two numbers or two letters'],
    ['web[-1:2]', 'two numbers or two letters'],
    ['web[1:2', 'is not closed'],
    ['web[1:9999999999999999]', 'too large'],
    ['web[1:1000000000000]', 'gives more than 100000 names'],
    ['web[1:1000][1:1000]', 'gives more than 100000 names'],
  ])('%s is refused', (written, message) => {
    expect(() => expandRange(written)).toThrow(BadRange)
    expect(() => expandRange(written)).toThrow(message)
  })

  const bounds = fc.tuple(fc.nat(5000), fc.nat(200), fc.integer({ min: 1, max: 50 }))

  test('a range of numbers holds begin, only steps, and nothing behind its end', () => {
    fc.assert(
      fc.property(bounds, ([begin, span, step]) => {
        const end = begin + span
        const numbers = expandRange(`h[${begin}:${end}:${step}]`).map((name) => Number(name.slice(1)))
        expect(numbers[0]).toBe(begin)
        expect(numbers).toHaveLength(Math.floor(span / step) + 1)
        expect(numbers.every((number, at) => number === begin + at * step && number <= end)).toBe(true)
      }),
    )
  })

  test('zeros in front give every name the same width', () => {
    fc.assert(
      fc.property(fc.nat(80), fc.nat(100), (begin, span) => {
        const [first, last] = [begin, begin + span].map((number) => String(number).padStart(4, '0'))
        const names = expandRange(`h[${first}:${last}]`)
        expect(new Set(names.map((name) => name.length))).toEqual(new Set([5]))
        expect(names).toEqual([...names].sort())
      }),
    )
  })

  test('two ranges give the product, the last running fastest', () => {
    fc.assert(
      fc.property(fc.nat(9), fc.nat(9), (left, right) => {
        const names = expandRange(`a[0:${left}]b[0:${right}]`)
        const expected = expandRange(`a[0:${left}]`).flatMap((head) =>
          expandRange(`b[0:${right}]`).map((tail) => head + tail),
        )
        expect(names).toEqual(expected)
      }),
    )
  })

  test('any text either expands or is refused as a range', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '9', '0', '[', ']', ':', '-') }), (text) => {
        try {
          expect(new Set(expandRange(text)).size).toBeGreaterThan(0)
        } catch (error) {
          expect(error).toBeInstanceOf(BadRange)
        }
      }),
    )
  })
})
