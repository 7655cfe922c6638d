import { isDict, type Value } from '../../../values/value.ts'
import { PythonError } from '../error.ts'
import { formatDouble } from '../numbers/double-format.ts'
import { isNumeric, toDouble, truncate } from '../numbers/number.ts'
import { characters, textLength } from '../sequence.ts'
import { typeName } from '../type-name.ts'
import { repr, str } from './repr.ts'

interface Conversion {
  readonly flags: string
  readonly width: number
  readonly precision: number | undefined
  readonly type: string
}

/** A wider field is a mistake in the template, and would fill the memory. */
const WIDEST = 1_000_000

/**
 * Python's `template % values`: `%s %r %d %i %u %o %x %X %e %E %f %F %g %G %c %%` with flags, width and precision.
 * @param values the values in order, or one dict for `%(name)s`
 * @throws PythonError when values are missing, left over, or of the wrong type
 */
export function percentFormat(
  template: string,
  values: readonly Value[] | ReadonlyMap<unknown, Value>,
): string {
  const queue = Array.isArray(values) ? (values as readonly Value[]) : undefined
  let used = 0
  const next = (): Value => {
    if (queue === undefined) return values as unknown as Value
    if (used >= queue.length) throw new PythonError('not enough arguments for format string')
    return queue[used++]!
  }
  const result = template.replace(
    /%(?:\(([^)]*)(\)?))?([#0\- +]*)(\*|\d*)(?:\.(\*|\d*))?[hlL]?([\s\S]?)/g,
    (_, name, close, flags, width, precision, type) => {
      if (name !== undefined && close === '') throw new PythonError('incomplete format key')
      if (type === '%') return '%'
      if (type === '') throw new PythonError('incomplete format')
      const conversion = {
        flags,
        width: width === '*' ? starred(next()) : Number(width),
        precision:
          precision === undefined ? undefined : precision === '*' ? starred(next()) : Number(precision),
        type,
      }
      return convert(name === undefined ? next() : named(values, name), conversion)
    },
  )
  if (queue !== undefined && used < queue.length) {
    throw new PythonError('not all arguments converted during string formatting')
  }
  return result
}

function starred(value: Value): number {
  if (typeof value === 'number') return value
  throw new PythonError('* wants int')
}

function named(values: readonly Value[] | ReadonlyMap<unknown, Value>, name: string): Value {
  if (!isDict(values)) throw new PythonError('format requires a mapping')
  const value = values.get(name)
  if (value === undefined) throw new PythonError(`'${name}'`)
  return value
}

function convert(value: Value, conversion: Conversion): string {
  const { type, precision } = conversion
  if (Math.max(conversion.width, precision ?? 0) > WIDEST) throw new PythonError('width or precision too big')
  if (type === 's' || type === 'r' || type === 'a') {
    const text = type === 's' ? str(value) : repr(value)
    return pad(
      '',
      precision === undefined ? text : characters(text).slice(0, precision).join(''),
      conversion,
      false,
    )
  }
  if (type === 'c') return pad('', formatCharacter(value), conversion, false)
  if ('diuoxX'.includes(type)) return formatInteger(value, conversion)
  if ('eEfFgG'.includes(type)) return formatFloat(value, conversion)
  throw new PythonError(`unsupported format character '${type}' (0x${type.charCodeAt(0).toString(16)})`)
}

function formatCharacter(value: Value): string {
  if (typeof value === 'string' && textLength(value) === 1) return value
  if (typeof value === 'number') return String.fromCodePoint(value)
  throw new PythonError('%c requires int or char')
}

function formatInteger(value: Value, conversion: Conversion): string {
  const { type, flags, precision } = conversion
  if (!isNumeric(value) || ('oxX'.includes(type) && typeName(value) === 'float')) {
    const wanted = 'oxX'.includes(type) ? 'an integer is' : 'a real number is'
    throw new PythonError(`%${type} format: ${wanted} required, not ${typeName(value)}`)
  }
  const number = typeof value === 'bigint' ? value : truncate(toDouble(value))
  if (number === undefined) throw new PythonError('cannot convert float infinity or NaN to integer')
  const negative = number < 0
  const size = negative ? -number : number
  let digits = size.toString(type === 'o' ? 8 : type === 'x' || type === 'X' ? 16 : 10)
  digits = digits.padStart(precision ?? 0, '0')
  if (type === 'X') digits = digits.toUpperCase()
  const prefix = flags.includes('#') && 'oxX'.includes(type) ? `0${type}` : ''
  return pad(sign(negative, flags) + prefix, digits, conversion, true)
}

function formatFloat(value: Value, conversion: Conversion): string {
  if (!isNumeric(value)) throw new PythonError(`must be real number, not ${typeName(value)}`)
  const number = toDouble(value)
  const negative = number < 0 || Object.is(number, -0)
  const body = formatDouble(
    Math.abs(number),
    conversion.type,
    conversion.precision ?? 6,
    conversion.flags.includes('#'),
  )
  return pad(sign(negative, conversion.flags), body, conversion, Number.isFinite(number))
}

function sign(negative: boolean, flags: string): string {
  if (negative) return '-'
  return flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : ''
}

function pad(prefix: string, body: string, { flags, width }: Conversion, zeros: boolean): string {
  const missing = Math.max(0, width - textLength(prefix + body))
  if (flags.includes('-')) return prefix + body + ' '.repeat(missing)
  if (zeros && flags.includes('0')) return prefix + '0'.repeat(missing) + body
  return ' '.repeat(missing) + prefix + body
}
