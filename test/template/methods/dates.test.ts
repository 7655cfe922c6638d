import { expect, it } from 'vitest'
import { dateAttribute } from '../../../src/template/methods/dates.ts'
import { Callable } from '../../../src/template/operand.ts'
import { DateTime } from '../../../src/values/date-time.ts'

it('a date is written by a format in its own zone', () => {
  const date = new DateTime(Date.UTC(2024, 1, 29, 23, 30), false, 60, 5)
  const strftime = dateAttribute(date, 'strftime') as Callable
  const call = (format: string) => strftime.call({ positional: [format], named: new Map() })
  expect(strftime).toBeInstanceOf(Callable)
  expect(call('%Y-%m-%d %H:%M %z %Z %f')).toBe('2024-03-01 00:30 +0100 UTC+01:00 000005')
  expect(() => strftime.call({ positional: [], named: new Map() })).toThrow(
    'strftime takes a format, as text',
  )
})
