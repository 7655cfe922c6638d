import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exceeded, readPercentage } from '../../../src/playbook/plays/max-fail.ts'
import { Float } from '../../../src/values/float.ts'
import type { Value } from '../../../src/values/value.ts'

describe('exceeded', () => {
  it.each([
    [1, 2, 50, false],
    [1, 2, 49, true],
    [0, 2, 0, false],
    [1, 100, 0, true],
    [2, 2, 100, false],
    [1, 3, 33.3, true],
    [1, 3, 34, false],
    [2, 2, undefined, false],
    [0, 0, 0, false],
  ])('%i of %i with %s: %s', (failed, size, percentage, expected) => {
    expect(exceeded(failed, size, percentage)).toBe(expected)
  })

  it('once exceeded stays so when more hosts fail', () => {
    fc.assert(
      fc.property(
        fc.nat(100),
        fc.nat(100),
        fc.double({ min: 0, max: 100, noNaN: true }),
        (a, b, percentage) => {
          const [few, size] = [Math.min(a, b), Math.max(a, b)]
          fc.pre(exceeded(few, size, percentage))
          expect(exceeded(few + 1, size, percentage)).toBe(true)
        },
      ),
    )
  })
})

describe('readPercentage', () => {
  it.each<[Value, number]>([
    [30, 30],
    [new Float(33.3), 33.3],
    ['30', 30],
    ['30%', 30],
    [' 30.5 % ', 30.5],
    [0, 0],
    ['100%', 100],
  ])('reads %j', (value, expected) => {
    expect(readPercentage(value)).toBe(expected)
  })

  it.each<Value>([-1, '-1', 101, '101%', 'many', true, null, [30], new Float(Number.NaN)])(
    'refuses %j',
    (value) => {
      expect(() => readPercentage(value)).toThrow(RangeError)
    },
  )
})
