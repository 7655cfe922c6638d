import { DateTime } from '../../../values/date-time.ts'
import { PythonError } from '../error.ts'
import { repr } from '../text/repr.ts'
import { MONTHS } from './strftime.ts'

const MONTH_NAMES = MONTHS.map((name) => name.toLowerCase())
const SHORT = { b: '[A-Za-z]{3}', B: '[A-Za-z]+', a: '[A-Za-z]{3}', A: '[A-Za-z]+' }
const FIELDS: Readonly<Record<string, string>> = {
  ...SHORT,
  d: '3[01]|[12]\\d|0?[1-9]',
  f: '\\d{1,6}',
  H: '2[0-3]|[01]?\\d',
  I: '1[0-2]|0?[1-9]',
  j: '36[0-6]|3[0-5]\\d|[12]\\d\\d|0\\d\\d|\\d{1,2}',
  m: '1[0-2]|0?[1-9]',
  M: '[0-5]?\\d',
  p: '[AaPp][Mm]',
  S: '6[01]|[0-5]?\\d',
  y: '\\d\\d',
  Y: '\\d{4}',
  z: '[+-]\\d\\d:?[0-5]\\d|Z',
  Z: 'UTC|GMT',
}
/** Directives that stand for others. */
const SHORTHANDS: Readonly<Record<string, string>> = {
  D: '%m/%d/%y',
  F: '%Y-%m-%d',
  R: '%H:%M',
  T: '%H:%M:%S',
  c: '%a %b %d %H:%M:%S %Y',
  x: '%m/%d/%y',
  X: '%H:%M:%S',
}

const LONGEST_FORMAT = 1000

/**
 * Python's `datetime.strptime`. A time without `%z` has no zone.
 * @throws PythonError when the text is not of that format, or the format has a directive that is not known
 */
export function strptime(text: string, format: string): DateTime {
  if (format.length > LONGEST_FORMAT) {
    throw new PythonError(`a format of more than ${LONGEST_FORMAT} characters is refused`)
  }
  const directives: string[] = []
  const pattern = translate(format, directives)
  const match = new RegExp(`^${pattern}$`, 'u').exec(text)
  if (match === null) {
    throw new PythonError(`time data ${repr(text)} does not match format ${repr(format)}`)
  }
  return assemble(new Map(directives.map((directive, index) => [directive, match[index + 1]!])))
}

function translate(format: string, directives: string[]): string {
  return format.replace(/%(.?)|\s+|[^%\s]/gsu, (piece, directive: string | undefined) => {
    if (directive === undefined) return /^\s/.test(piece) ? '\\s+' : RegExp.escape(piece)
    if (directive === '%') return '%'
    const shorthand = SHORTHANDS[directive]
    if (shorthand !== undefined) return translate(shorthand, directives)
    const field = FIELDS[directive]
    if (field === undefined)
      throw new PythonError(`'${directive}' is a bad directive in format ${repr(format)}`)
    directives.push(directive)
    return `(${field})`
  })
}

function assemble(fields: ReadonlyMap<string, string>): DateTime {
  const number = (directive: string, missing: number) => Number(fields.get(directive) ?? missing)
  const year = fields.has('y') ? century(number('y', 0)) : number('Y', 1900)
  const dayOfYear = fields.get('j')
  const month = dayOfYear === undefined ? monthOf(fields) : 1
  const day = dayOfYear === undefined ? number('d', 1) : Number(dayOfYear)
  const local = new Date(0)
  local.setUTCFullYear(year, month - 1, day)
  if (dayOfYear === undefined && local.getUTCDate() !== day) {
    throw new PythonError('day is out of range for month')
  }
  const fraction = Number((fields.get('f') ?? '').padEnd(6, '0'))
  local.setUTCHours(hourOf(fields), number('M', 0), number('S', 0), Math.floor(fraction / 1000))
  const offset = offsetOf(fields.get('z'))
  return new DateTime(local.getTime() - (offset ?? 0) * 60_000, false, offset, fraction % 1000)
}

function century(year: number): number {
  return year < 69 ? 2000 + year : 1900 + year
}

function monthOf(fields: ReadonlyMap<string, string>): number {
  const name = (fields.get('b') ?? fields.get('B'))?.toLowerCase()
  if (name === undefined) return Number(fields.get('m') ?? 1)
  const index = MONTH_NAMES.findIndex((month) => (fields.has('b') ? month.slice(0, 3) : month) === name)
  if (index === -1) throw new PythonError(`${repr(name)} is no month`)
  return index + 1
}

function hourOf(fields: ReadonlyMap<string, string>): number {
  const hour = Number(fields.get('H') ?? fields.get('I') ?? 0)
  if (!fields.has('I')) return hour
  return (hour % 12) + (fields.get('p')?.toLowerCase() === 'pm' ? 12 : 0)
}

function offsetOf(zone: string | undefined): number | null {
  if (zone === undefined) return null
  if (zone === 'Z') return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))
  return zone.startsWith('-') ? -minutes : minutes
}
