import { describe, expect, test } from 'vitest'
import { isOpen, readChangeWindow } from '../../../src/run/host/change-windows.ts'

const open = (window: string, at: string) => isOpen(readChangeWindow(window), new Date(at))

describe('a change window', () => {
  // 2026-11-27 is a Friday.
  test.each([
    ['22:00-23:30', '2026-11-27T22:00:00Z', true],
    ['22:00-23:30', '2026-11-27T23:29:59Z', true],
    ['22:00-23:30', '2026-11-27T23:30:00Z', false],
    ['Fri 22:00-23:30', '2026-11-27T22:10:00Z', true],
    ['Mon-Thu 22:00-23:30', '2026-11-27T22:10:00Z', false],
    ['Sat-Mon 10:00-11:00', '2026-11-29T10:10:00Z', true],
    ['mon, FRI 10:00-11:00', '2026-11-27T10:10:00Z', true],
    // Over midnight: it belongs to the day on which it opened.
    ['Fri 22:00-04:00', '2026-11-28T03:59:00Z', true],
    ['Fri 22:00-04:00', '2026-11-28T04:00:00Z', false],
    ['Fri 22:00-04:00', '2026-11-27T03:00:00Z', false],
    ['Sun 22:00-04:00', '2026-11-30T01:00:00Z', true],
    // A whole day.
    ['Fri 00:00-24:00', '2026-11-27T23:59:00Z', true],
    ['Fri 00:00-24:00', '2026-11-28T00:00:00Z', false],
    // By the clock of the zone, summer time included.
    ['Fri 22:00-23:00 Europe/Berlin', '2026-11-27T21:30:00Z', true],
    ['Fri 22:00-23:00 Europe/Berlin', '2026-07-03T20:30:00Z', true],
    ['Sat 00:00-01:00 Asia/Tokyo', '2026-11-27T15:30:00Z', true],
  ])('%s is open at %s: %s', (window, at, expected) => {
    expect(open(window, at)).toBe(expected)
  })

  test.each([
    '',
    'always',
    '25:00-26:00',
    '10:00',
    'Foo 10:00-11:00',
    'Mon-Tue-Wed 10:00-11:00',
    '10:61-11:00',
    '10:00-24:01',
  ])('%j is none', (window) => {
    expect(() => readChangeWindow(window)).toThrow('is no window of time like')
  })

  test('names a time zone that exists', () => {
    expect(() => readChangeWindow('10:00-11:00 Mars/Olympus')).toThrow("there is no time zone 'Mars/Olympus'")
  })
})
