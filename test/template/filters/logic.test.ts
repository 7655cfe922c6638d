import { describe, expect, it } from 'vitest'
import { filters as dates } from '../../../src/template/filters/dates.ts'
import { filters as logic } from '../../../src/template/filters/logic.ts'
import { filters as random } from '../../../src/template/filters/random.ts'
import { DateTime } from '../../../src/values/date-time.ts'
import { Float } from '../../../src/values/float.ts'
import { applier } from '../apply.ts'

const apply = applier({ ...logic, ...random, ...dates })

describe('bool', () => {
  it('is true for the words for it and for 1', () => {
    for (const value of [true, 1, new Float(1), 'Yes', 'on', 'TRUE', '1'])
      expect(apply('bool', value)).toBe(true)
    for (const value of [null, 0, 2, 'y', 'enabled', '', []]) expect(apply('bool', value)).toBe(false)
  })
})

describe('random and shuffle', () => {
  it('agree with Python for a seed and stay within bounds without one', () => {
    expect(apply('random', 59, [], { seed: 'db01.example.com' })).toBe(9)
    expect(['a', 'b']).toContain(apply('random', ['a', 'b']))
    expect([10, 15]).toContain(apply('random', 20, [10, 5]))
    expect(apply('shuffle', ['a', 'b', 'c', 'd'], ['host1'])).toEqual(['b', 'c', 'a', 'd'])
    expect(() => apply('random', [])).toThrow('Cannot choose from an empty sequence')
    expect(() => apply('random', 0)).toThrow('empty range for randrange()')
    expect(() => apply('random', ['a'], [1])).toThrow('start and step can only be used with integer values')
  })
})

describe('dates', () => {
  it('are read and written', () => {
    expect(apply('to_datetime', '2016-08-14 20:00:12')).toEqual(
      new DateTime(Date.UTC(2016, 7, 14, 20, 0, 12), false),
    )
    expect(apply('strftime', '%Y-%m-%d', ['86400.5'], { utc: true })).toBe('1970-01-02')
    expect(() => apply('strftime', '%Y', ['x'])).toThrow('Invalid value for epoch value (x)')
  })
})
