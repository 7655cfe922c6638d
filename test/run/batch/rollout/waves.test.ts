import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readRamp, readSize } from '../../../../src/playbook/plays/rollout.ts'
import { canaryOf, count, countFromZero, spread, waves } from '../../../../src/run/batch/rollout/waves.ts'

const hosts = (number: number) => Array.from({ length: number }, (_, index) => `h${index + 1}`)
const sizes = (list: string[][]) => list.map(({ length }) => length)
const site = (host: string) => host.charAt(0)

describe('waves', () => {
  test('without anything are one wave', () => {
    expect(waves(hosts(3), { canary: [], ramp: undefined })).toEqual([['h1', 'h2', 'h3']])
    expect(waves([], { canary: [], ramp: { factor: 2 } })).toEqual([])
  })

  test('begin with the canary, wherever its hosts stand', () => {
    expect(waves(hosts(4), { canary: ['h3'], ramp: undefined })).toEqual([['h3'], ['h1', 'h2', 'h4']])
  })

  test('grow by a factor from the canary, or from one host', () => {
    expect(sizes(waves(hosts(20), { canary: ['h1', 'h2'], ramp: { factor: 2 } }))).toEqual([2, 4, 8, 6])
    expect(sizes(waves(hosts(10), { canary: [], ramp: { factor: 3 } }))).toEqual([1, 3, 6])
    expect(sizes(waves(hosts(6), { canary: [], ramp: { factor: 1.5 } }))).toEqual([1, 2, 3])
  })

  test('follow sizes, whose last one repeats and whose percents are of all hosts', () => {
    const ramp = readRamp([1, '20%', '30%'])
    expect(sizes(waves(hosts(11), { canary: ['h1'], ramp }))).toEqual([1, 1, 2, 3, 3, 1])
  })

  test('hold every host once, in the given order within a wave', () => {
    const ramp = fc.oneof(
      fc.constant(undefined),
      fc.double({ min: 1.01, max: 10, noNaN: true }).map((factor) => ({ factor })),
      fc
        .array(
          fc.oneof(
            fc.integer({ min: 1, max: 9 }),
            fc.integer({ min: 1, max: 100 }).map((n) => `${n}%`),
          ),
          {
            minLength: 1,
          },
        )
        .map(readRamp),
    )
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 0, max: 5 }),
        ramp,
        (number, canary, of) => {
          const all = hosts(number)
          const found = waves(all, { canary: all.slice(-canary || all.length, all.length), ramp: of })
          expect(found.flat().toSorted()).toEqual(all.toSorted())
          for (const wave of found) {
            expect(wave.length).toBeGreaterThan(0)
            expect(wave).toEqual(all.filter((host) => wave.includes(host)))
          }
        },
      ),
    )
  })
})

describe('hosts spread over sites', () => {
  test('have in every stretch the shares of the whole', () => {
    const all = ['a1', 'a2', 'a3', 'a4', 'b1', 'b2']
    expect(spread(all, site).join(' ')).toBe('a1 b1 a2 a3 b2 a4')
  })

  test('never differ by more than one host from the share of a site', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 40 }), (letters) => {
        const all = letters.map((letter, index) => `${letter}${index}`)
        const mixed = spread(all, site)
        expect(mixed.toSorted()).toEqual(all.toSorted())
        for (const letter of ['a', 'b', 'c']) {
          const share = all.filter((host) => site(host) === letter).length / Math.max(1, all.length)
          for (let taken = 1; taken <= mixed.length; taken += 1) {
            const there = mixed.slice(0, taken).filter((host) => site(host) === letter).length
            expect(Math.abs(there - share * taken)).toBeLessThanOrEqual(2)
          }
        }
      }),
    )
  })

  test('have a canary of as many sites as it has hosts', () => {
    expect(canaryOf(['a1', 'a2', 'a3', 'b1', 'c1'], 3, site)).toEqual(['a1', 'b1', 'c1'])
    expect(canaryOf(['a1', 'a2', 'b1'], 9, site)).toEqual(['a1', 'b1', 'a2'])
  })
})

test('sizes are hosts or percents; what may be none at all is rounded down to none', () => {
  expect(count(readSize('canary', '5%', 1), 10)).toBe(1)
  expect(countFromZero(readSize('budget', '5%', 0), 10)).toBe(0)
  expect(count(readSize('canary', 3, 1), 10)).toBe(3)
  for (const wrong of [0, -1, '0%', '101%', 'many', 1.5, [1], null, true])
    expect(() => readSize('canary', wrong as never, 1), String(wrong)).toThrow('canary takes a whole number')
  for (const wrong of [1, 0, -2, 'fast', [], [0], ['-5%'], true, null])
    expect(() => readRamp(wrong as never), String(wrong)).toThrow(/^(?:ramp|serial) takes/)
})
