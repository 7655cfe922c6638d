import { DateTime } from '../../../values/date-time.ts'
import { Float } from '../../../values/float.ts'
import { isDict, type Value } from '../../../values/value.ts'

/** Python's `str(value)`: None, True, 1.0, text as it is, containers as {@link repr}. */
export function str(value: Value): string {
  if (typeof value === 'string') return value
  if (value instanceof DateTime) return value.toString().replace('T', ' ')
  return repr(value)
}

/** Python's `repr(value)`, as it stands inside printed lists and dicts. */
export function repr(value: Value): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (typeof value === 'string') return reprText(value)
  if (value instanceof Float) return reprFloat(value.value)
  if (Array.isArray(value)) return `[${value.map(repr).join(', ')}]`
  if (isDict(value)) return `{${[...value].map(([key, item]) => `${repr(key)}: ${repr(item)}`).join(', ')}}`
  if (value instanceof DateTime) return reprDateTime(value)
  return reprText(String(value))
}

/** The shortest form that reads back the same, `.0` kept, with an exponent from 1e16 and below 1e-4. */
export function reprFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const [digits, exponent] = value.toExponential().split('e') as [string, string]
  const power = Number(exponent)
  if (power >= 16 || power < -4) {
    return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
  }
  // JavaScript writes an exponent only from 1e21 and below 1e-6; 0.00001 is out of range by the test above.
  const plain = String(value)
  return plain.includes('.') ? plain : `${plain}.0`
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }
/** What `str.isprintable` denies, the space apart. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu

/** Text in single quotes, in double ones where it holds a single quote and no double one. */
function reprText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll(quote, `\\${quote}`)
    .replace(
      UNPRINTABLE,
      (character) => SHORT_ESCAPES[character] ?? escapeCodePoint(character.codePointAt(0)!),
    )
  return quote + escaped + quote
}

function escapeCodePoint(code: number): string {
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`
  if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, '0')}`
  return `\\U${code.toString(16).padStart(8, '0')}`
}

function reprDateTime(value: DateTime): string {
  const local = new Date(value.epochMilliseconds + (value.offsetMinutes ?? 0) * 60_000)
  const parts = [local.getUTCFullYear(), local.getUTCMonth() + 1, local.getUTCDate()]
  if (value.dateOnly) return `datetime.date(${parts.join(', ')})`
  parts.push(local.getUTCHours(), local.getUTCMinutes())
  const microseconds = local.getUTCMilliseconds() * 1000 + value.microseconds
  if (local.getUTCSeconds() !== 0 || microseconds !== 0) parts.push(local.getUTCSeconds())
  if (microseconds !== 0) parts.push(microseconds)
  return `datetime.datetime(${parts.join(', ')}${reprZone(value.offsetMinutes)})`
}

function reprZone(offset: number | null): string {
  if (offset === null) return ''
  if (offset === 0) return ', tzinfo=datetime.timezone.utc'
  const [days, seconds] = offset < 0 ? [-1, 86_400 + offset * 60] : [0, offset * 60]
  const delta = days === 0 ? `seconds=${seconds}` : `days=${days}, seconds=${seconds}`
  return `, tzinfo=datetime.timezone(datetime.timedelta(${delta}))`
}
