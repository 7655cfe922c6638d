import { DateTime } from '../../../values/date-time.ts'
import { Float } from '../../../values/float.ts'
import { type Dict, isDict, type Key, type Value } from '../../../values/value.ts'
import { sorted } from '../ordering.ts'
import { reprFloat } from '../text/repr.ts'

export interface JsonStyle {
  /** Spaces, or text, for each level; null writes everything on one line. */
  readonly indent: number | string | null
  readonly sortKeys: boolean
  /** Write everything beyond ASCII as `\u` escapes. */
  readonly ensureAscii: boolean
  /** Between items and behind keys. */
  readonly separators: readonly [string, string]
}

export const ONE_LINE: JsonStyle = {
  indent: null,
  sortKeys: false,
  ensureAscii: true,
  separators: [', ', ': '],
}

/**
 * Python's `json.dumps`. `JSON.stringify` has other blanks, loses `1.0`, large integers, NaN and the order of keys that
 * look like numbers, and cannot escape what is beyond ASCII.
 * @throws PythonError for keys to be sorted that have no order
 */
export function dumpJson(value: Value, style: JsonStyle = ONE_LINE): string {
  return dump(value, style, '\n')
}

function dump(value: Value, style: JsonStyle, newline: string): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return dumpText(value, style.ensureAscii)
  if (value instanceof Float) return dumpDouble(value.value)
  if (value instanceof DateTime) return dumpText(value.toString(), style.ensureAscii)
  if (Array.isArray(value)) {
    return wrap('[', ']', value, style, newline, (item, inner) => dump(item, style, inner))
  }
  if (isDict(value)) {
    return wrap('{', '}', entries(value, style), style, newline, ([key, item], inner) => {
      return dumpText(key, style.ensureAscii) + style.separators[1] + dump(item, style, inner)
    })
  }
  return String(value)
}

function wrap<T>(
  open: string,
  close: string,
  items: readonly T[],
  style: JsonStyle,
  newline: string,
  write: (item: T, newline: string) => string,
): string {
  if (items.length === 0) return open + close
  if (style.indent === null) {
    return open + items.map((item) => write(item, newline)).join(style.separators[0]) + close
  }
  const inner = newline + (typeof style.indent === 'string' ? style.indent : ' '.repeat(style.indent))
  const separator = style.separators[0] + inner
  return open + inner + items.map((item) => write(item, inner)).join(separator) + newline + close
}

/** Entries with their keys as JSON writes them. */
function entries(dict: Dict, style: JsonStyle): [string, Value][] {
  const ordered = style.sortKeys ? sorted([...dict], ([key]) => key) : [...dict]
  return ordered.map(([key, item]) => [keyText(key), item])
}

function keyText(key: Key): string {
  return typeof key === 'string' ? key : key === null ? 'null' : String(key)
}

function dumpDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value < 0 ? '-Infinity' : 'Infinity'
  return reprFloat(value)
}

function dumpText(text: string, ensureAscii: boolean): string {
  const quoted = JSON.stringify(text)
  if (!ensureAscii) return quoted
  return quoted.replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
