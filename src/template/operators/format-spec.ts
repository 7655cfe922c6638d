import { Float } from '../../values/float.ts'
import { PythonError } from '../python/error.ts'
import { formatDouble } from '../python/numbers/double-format.ts'
import { characters, textLength } from '../python/sequence.ts'
import { reprFloat } from '../python/text/repr.ts'

/** What stands behind the colon in `{:>8.2f}`. */
export interface Spec {
  readonly fill: string
  readonly align: '<' | '>' | '^' | '='
  readonly sign: '-' | '+' | ' '
  /** `#`: the prefix of other bases. */
  readonly alternate: boolean
  readonly width: number
  readonly precision: number | undefined
  readonly grouping: '' | ',' | '_'
}

/** A format's width or precision beyond this is refused. */
const WIDEST = 100_000

/** Text cut to the precision and padded to the width. */
export function formatText(text: string, spec: Spec): string {
  const cut = spec.precision === undefined ? text : characters(text).slice(0, spec.precision).join('')
  return pad('', cut, spec)
}

/**
 * A number by one of Python's presentation types: `d b o x X c n`, `e E f F g G %`, or '' for the plain form.
 * @throws PythonError for a type that the number cannot take
 */
export function formatNumber(value: number | bigint | Float, type: string, spec: Spec): string {
  const isFloat = value instanceof Float
  if (isFloat && 'dboxXc'.includes(type) && type !== '') {
    throw new PythonError(`Unknown format code '${type}' for object of type 'float'`)
  }
  const negative = isFloat ? value.value < 0 || Object.is(value.value, -0) : value < 0
  const sign = negative ? '-' : spec.sign === '-' ? '' : spec.sign
  const { prefix, body } =
    isFloat || 'eEfFgG%'.includes(type || ' ')
      ? { prefix: '', body: floatBody(Math.abs(isFloat ? value.value : Number(value)), type, spec) }
      : integerBody(value < 0 ? -BigInt(value) : BigInt(value), type, spec)
  const grouped =
    spec.grouping === '' ? body : group(body, spec.grouping, 'boxX'.includes(type || ' ') ? 4 : 3)
  return pad(sign + prefix, grouped, spec)
}

function integerBody(value: bigint, type: string, spec: Spec): { prefix: string; body: string } {
  if (spec.precision !== undefined) throw new PythonError('Precision not allowed in integer format specifier')
  const bases: Readonly<Record<string, [number, string]>> = {
    b: [2, '0b'],
    o: [8, '0o'],
    x: [16, '0x'],
    X: [16, '0X'],
  }
  const [base, prefix] = bases[type] ?? [10, '']
  if (type === 'c') return { prefix: '', body: String.fromCodePoint(Number(value)) }
  if (!'boxXdn'.includes(type || 'd')) {
    throw new PythonError(`Unknown format code '${type}' for object of type 'int'`)
  }
  const digits = value.toString(base)
  return { prefix: spec.alternate ? prefix : '', body: type === 'X' ? digits.toUpperCase() : digits }
}

function floatBody(value: number, type: string, spec: Spec): string {
  const { precision } = spec
  if (type === '%') return `${formatDouble(value * 100, 'f', precision ?? 6)}%`
  if (type === '')
    return precision === undefined ? reprFloat(value) : withPoint(formatDouble(value, 'g', precision))
  if (!'eEfFgGn'.includes(type))
    throw new PythonError(`Unknown format code '${type}' for object of type 'float'`)
  return formatDouble(value, type === 'n' ? 'g' : type, Math.min(precision ?? 6, WIDEST), spec.alternate)
}

function withPoint(text: string): string {
  return /[.en]/.test(text) ? text : `${text}.0`
}

function group(body: string, mark: string, size: number): string {
  const [, whole, rest] = /^([\da-fA-F]*)(.*)$/s.exec(body)!
  const groups: string[] = []
  for (let end = whole!.length; end > 0; end -= size) groups.push(whole!.slice(Math.max(0, end - size), end))
  return groups.reverse().join(mark) + rest!
}

function pad(prefix: string, body: string, spec: Spec): string {
  if (spec.width > WIDEST) throw new PythonError(`a width of more than ${WIDEST} is refused`)
  const missing = spec.width - textLength(prefix) - textLength(body)
  if (missing <= 0) return prefix + body
  switch (spec.align) {
    case '<':
      return prefix + body + spec.fill.repeat(missing)
    case '>':
      return spec.fill.repeat(missing) + prefix + body
    case '=':
      return prefix + spec.fill.repeat(missing) + body
    case '^': {
      const before = Math.floor(missing / 2)
      return spec.fill.repeat(before) + prefix + body + spec.fill.repeat(missing - before)
    }
  }
}
