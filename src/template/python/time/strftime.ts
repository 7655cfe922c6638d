import type { DateTime } from '../../../values/date-time.ts'

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

/** A point in time as the fields of a calendar somewhere. */
export interface Calendar {
  /** The time as if its place were at UTC; read it with the `getUTC` methods. */
  readonly local: Date
  readonly epochSeconds: number
  readonly microseconds: number
  /** Minutes east of UTC, null for a time without zone. */
  readonly offsetMinutes: number | null
  readonly zoneName: string
}

/** The calendar fields of a date in its own zone. */
export function calendarOf(date: DateTime): Calendar {
  const local = new Date(date.epochMilliseconds + (date.offsetMinutes ?? 0) * 60_000)
  return {
    local,
    epochSeconds: Math.floor(date.epochMilliseconds / 1000),
    microseconds: local.getUTCMilliseconds() * 1000 + date.microseconds,
    offsetMinutes: date.offsetMinutes,
    zoneName:
      date.offsetMinutes === null
        ? ''
        : date.offsetMinutes === 0
          ? 'UTC'
          : `UTC${zone(date.offsetMinutes, ':')}`,
  }
}

/**
 * The calendar fields of a point in time.
 * @param epochSeconds seconds since 1970-01-01, fractions allowed
 * @param utc at UTC; otherwise at this machine's zone
 */
export function calendarAt(epochSeconds: number, utc: boolean): Calendar {
  const time = new Date(Math.floor(epochSeconds) * 1000)
  const offsetMinutes = utc ? 0 : -time.getTimezoneOffset()
  return {
    local: new Date(time.getTime() + offsetMinutes * 60_000),
    epochSeconds: Math.floor(epochSeconds),
    microseconds: 0,
    offsetMinutes,
    zoneName: utc ? 'UTC' : localZoneName(time),
  }
}

function localZoneName(time: Date): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }).formatToParts(time)
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? ''
}

/** C's `strftime` in the C locale. An unknown directive stays as it is, as with glibc. */
export function strftime(format: string, calendar: Calendar): string {
  return format.replace(/%([-_0^]?)([a-zA-Z%+])/g, (all, flag: string, directive: string) => {
    const text = field(directive, calendar)
    if (text === undefined) return all
    if (flag === '-') return text.replace(/^[0 ]+(?=.)/, '')
    if (flag === '_') return text.replace(/^0+(?=.)/, (zeros) => ' '.repeat(zeros.length))
    return flag === '^' ? text.toUpperCase() : text
  })
}

function field(directive: string, calendar: Calendar): string | undefined {
  const { local } = calendar
  const nested = (format: string) => strftime(format, calendar)
  const hour = local.getUTCHours()
  switch (directive) {
    case 'a':
      return DAYS[local.getUTCDay()]!.slice(0, 3)
    case 'A':
      return DAYS[local.getUTCDay()]!
    case 'b':
    case 'h':
      return MONTHS[local.getUTCMonth()]!.slice(0, 3)
    case 'B':
      return MONTHS[local.getUTCMonth()]!
    case 'c':
      return nested('%a %b %e %H:%M:%S %Y')
    case 'C':
      return digits(Math.floor(local.getUTCFullYear() / 100), 2)
    case 'd':
      return digits(local.getUTCDate(), 2)
    case 'D':
    case 'x':
      return nested('%m/%d/%y')
    case 'e':
      return String(local.getUTCDate()).padStart(2)
    case 'f':
      return digits(calendar.microseconds, 6)
    case 'F':
      return nested('%Y-%m-%d')
    case 'g':
      return digits(isoWeek(local).year % 100, 2)
    case 'G':
      return String(isoWeek(local).year)
    case 'H':
      return digits(hour, 2)
    case 'I':
      return digits(hour % 12 || 12, 2)
    case 'j':
      return digits(dayOfYear(local) + 1, 3)
    case 'k':
      return String(hour).padStart(2)
    case 'l':
      return String(hour % 12 || 12).padStart(2)
    case 'm':
      return digits(local.getUTCMonth() + 1, 2)
    case 'M':
      return digits(local.getUTCMinutes(), 2)
    case 'n':
      return '\n'
    case 'p':
      return hour < 12 ? 'AM' : 'PM'
    case 'P':
      return hour < 12 ? 'am' : 'pm'
    case 'r':
      return nested('%I:%M:%S %p')
    case 'R':
      return nested('%H:%M')
    case 's':
      return String(calendar.epochSeconds)
    case 'S':
      return digits(local.getUTCSeconds(), 2)
    case 't':
      return '\t'
    case 'T':
    case 'X':
      return nested('%H:%M:%S')
    case 'u':
      return String(local.getUTCDay() || 7)
    case 'U':
      return digits(Math.floor((dayOfYear(local) + 7 - local.getUTCDay()) / 7), 2)
    case 'V':
      return digits(isoWeek(local).week, 2)
    case 'w':
      return String(local.getUTCDay())
    case 'W':
      return digits(Math.floor((dayOfYear(local) + 7 - ((local.getUTCDay() + 6) % 7)) / 7), 2)
    case 'y':
      return digits(local.getUTCFullYear() % 100, 2)
    case 'Y':
      return String(local.getUTCFullYear())
    case 'z':
      return calendar.offsetMinutes === null ? '' : zone(calendar.offsetMinutes, '')
    case 'Z':
      return calendar.zoneName
    case '%':
      return '%'
    default:
      return undefined
  }
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0')
}

function zone(offset: number, separator: string): string {
  const size = Math.abs(offset)
  return `${offset < 0 ? '-' : '+'}${digits(Math.floor(size / 60), 2)}${separator}${digits(size % 60, 2)}`
}

function dayOfYear(local: Date): number {
  return Math.floor((local.getTime() - Date.UTC(local.getUTCFullYear(), 0, 1)) / 86_400_000)
}

/** The week that holds this date's Thursday, by ISO 8601. */
function isoWeek(local: Date): { year: number; week: number } {
  const thursday = new Date(local.getTime() + (4 - (local.getUTCDay() || 7)) * 86_400_000)
  return { year: thursday.getUTCFullYear(), week: Math.floor(dayOfYear(thursday) / 7) + 1 }
}
