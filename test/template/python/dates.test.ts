import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { calendarAt, calendarOf, strftime } from '../../../src/template/python/time/strftime.ts'
import { strptime } from '../../../src/template/python/time/strptime.ts'

describe('strftime', () => {
  it('knows the directives of C, weeks and days of the year among them', () => {
    const calendar = calendarAt(1_700_000_000.9, true)
    expect(strftime('%a %d %b %Y %H:%M:%S %z %Z|%j %U %W %V %G %u %w|%e%k%l|%p %%|%s', calendar)).toBe(
      'Tue 14 Nov 2023 22:13:20 +0000 UTC|318 46 46 46 2023 2 2|142210|PM %|1700000000',
    )
    expect(strftime('%G-W%V-%u', calendarAt(Date.UTC(2021, 0, 3) / 1000, true))).toBe('2020-W53-7')
    expect(strftime('%Q', calendar)).toBe('%Q')
  })
})

describe('strptime', () => {
  it('reads a time without zone unless the format has one', () => {
    expect(String(strptime('2024-02-29 01:02:03', '%Y-%m-%d %H:%M:%S'))).toBe('2024-02-29T01:02:03')
    expect(String(strptime('29 Feb 24 1 PM +0130', '%d %b %y %I %p %z'))).toBe('2024-02-29T13:00:00+01:30')
    expect(String(strptime('2024.060.000123', '%Y.%j.%f'))).toBe('2024-02-29T00:00:00.000123')
  })

  it('refuses what does not fit, with the format', () => {
    expect(() => strptime('2024-02', '%Y-%m-%d')).toThrow(
      "time data '2024-02' does not match format '%Y-%m-%d'",
    )
    expect(() => strptime('2023-02-29', '%Y-%m-%d')).toThrow('day is out of range for month')
    expect(() => strptime('x', '%Q')).toThrow("'Q' is a bad directive in format '%Q'")
  })

  it('reads back what strftime writes', () => {
    const format = '%Y-%m-%d %H:%M:%S'
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), (epoch) => {
        const text = strftime(format, calendarAt(epoch, true))
        expect(strptime(text, format).epochMilliseconds).toBe(epoch * 1000)
        expect(strftime(format, calendarOf(strptime(text, format)))).toBe(text)
      }),
    )
  })
})
