import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batches, readSerial } from '../../../src/playbook/plays/serial.ts'
import { Float } from '../../../src/values/float.ts'
import type { Value } from '../../../src/values/value.ts'

const hosts = (count: number) => Array.from({ length: count }, (_, index) => `h${index + 1}`)
const sizes = (count: number, serial: Value | undefined) =>
  batches(hosts(count), serial).map((batch) => batch.length)

describe('batches', () => {
  it.each<[number, Value | undefined, number[]]>([
    [6, undefined, [6]],
    [6, null, [6]],
    [6, [], [6]],
    [6, 2, [2, 2, 2]],
    [6, '2', [2, 2, 2]],
    [5, 2, [2, 2, 1]],
    [6, '34%', [2, 2, 2]],
    [6, '1%', [1, 1, 1, 1, 1, 1]],
    [6, '0%', [1, 1, 1, 1, 1, 1]],
    [6, [1, '40%'], [1, 2, 2, 1]],
    [6, 0, [6]],
    [6, -1, [6]],
    [6, 100, [6]],
    [6, '200%', [6]],
    [6, [1, 0], [1, 5]],
    [0, 2, []],
  ])('%i hosts with serial %j', (count, serial, expected) => {
    expect(sizes(count, serial)).toEqual(expected)
  })

  const entry = fc.oneof(
    fc.integer({ min: -3, max: 60 }),
    fc.integer({ min: 0, max: 150 }).map((percent) => `${percent}%`),
  )
  const serial: fc.Arbitrary<Value> = fc.oneof(entry, fc.array(entry, { maxLength: 5 }))

  it('puts every host into exactly one batch, in order, and no batch is empty', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 }), serial, (count, value) => {
        const made = batches(hosts(count), value)
        expect(made.flat()).toEqual(hosts(count))
        expect(made.every((batch) => batch.length > 0)).toBe(true)
      }),
    )
  })

  it('never takes more than a percentage says, but for the one host that is the least', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 0, max: 100 }), (count, percent) => {
        for (const batch of batches(hosts(count), `${percent}%`)) {
          expect(batch.length).toBeLessThanOrEqual(Math.max(1, (count * percent) / 100))
        }
      }),
    )
  })

  it('makes all batches but the last of the size that was asked for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 50 }), (count, size) => {
        expect(
          sizes(count, size)
            .slice(0, -1)
            .every((length) => length === size),
        ).toBe(true)
      }),
    )
  })
})

describe('readSerial', () => {
  it.each<Value>(['many', '2.5', '33.4%', true, null, '', '%', [[1]], new Float(2.5), '--1'])(
    'refuses %j',
    (serial) => {
      expect(() => readSerial(serial)).toThrow(RangeError)
    },
  )
})
