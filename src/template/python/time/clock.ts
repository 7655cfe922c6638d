import { DateTime } from '../../../values/date-time.ts'

/** A time on this machine as Python's `datetime` without a zone has it: what the clock on the wall shows. */
export function clockTime(epochMilliseconds: number, utc = false): DateTime {
  const whole = Math.floor(epochMilliseconds)
  const offset = utc ? 0 : -new Date(whole).getTimezoneOffset()
  const microseconds = Math.floor((epochMilliseconds - whole) * 1000)
  return new DateTime(whole + offset * 60_000, false, null, microseconds)
}

let last = 0

/** Now, in milliseconds with their fractions. Time goes on between two calls, as it does for Python's `now()`. */
export function preciseNow(): number {
  last = Math.max(performance.timeOrigin + performance.now(), last + 0.002)
  return last
}
