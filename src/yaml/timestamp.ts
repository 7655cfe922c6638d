import { DateTime } from '../values/date-time.ts'

/** The forms PyYAML takes for a date or a time (its resolver's expression). */
const IMPLICIT =
  /^(?:\d{4}-\d{2}-\d{2}|\d{4}-\d{1,2}-\d{1,2}(?:[Tt]|[ \t]+)\d{1,2}:\d{2}:\d{2}(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d{1,2}(?::\d{2})?))?)$/

const PARTS =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt]|[ \t]+)(\d{1,2}):(\d{2}):(\d{2})(?:\.(\d*))?(?:[ \t]*(Z|[-+]\d{1,2}(?::\d{2})?))?)?$/

/** Whether a plain scalar has the form of a date or time, whether there is such a day or not. */
export function looksLikeTimestamp(text: string): boolean {
  return IMPLICIT.test(text)
}

/** The date or time that a text means; undefined when there is none of that form or no such day or time. */
export function parseTimestamp(text: string): DateTime | undefined {
  const match = PARTS.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second, fraction, zone] = match
  const midnight = utc(Number(year), Number(month), Number(day))
  if (midnight === undefined) return undefined
  if (hour === undefined) return new DateTime(midnight, true)
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  const microseconds = Number((fraction ?? '').slice(0, 6).padEnd(6, '0'))
  const offset = zone === undefined ? null : offsetOf(zone)
  if (offset !== null && Math.abs(offset) >= 24 * 60) return undefined
  const local =
    midnight +
    ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 +
    Math.floor(microseconds / 1000)
  return new DateTime(local - (offset ?? 0) * 60_000, false, offset, microseconds % 1000)
}

/** Midnight of a day in milliseconds since the epoch; undefined when the calendar has no such day. */
function utc(year: number, month: number, day: number): number | undefined {
  const date = new Date(0)
  // Date.UTC reads years below 100 as 19xx.
  date.setUTCFullYear(year, month - 1, day)
  return year >= 1 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
    ? date.getTime()
    : undefined
}

function offsetOf(zone: string): number {
  if (zone === 'Z') return 0
  const [hours, minutes] = zone.slice(1).split(':')
  const total = Number(hours) * 60 + Number(minutes ?? 0)
  return zone.startsWith('-') ? -total : total
}
