import { DateTime } from '../../values/date-time.ts'
import { Float } from '../../values/float.ts'
import type { Value } from '../../values/value.ts'
import type { Operand } from '../operand.ts'
import { PythonError } from '../python/error.ts'
import { repr, str } from '../python/text/repr.ts'
import { formatNumber, formatText, type Spec } from './format-spec.ts'
import { typeOf } from './type-of.ts'

/** How `str.format` reaches into an argument: `{0.name}` and `{0[name]}`; fails when there is nothing. */
export type Reach = (value: Operand, part: { attribute: string } | { index: string | number }) => Operand

/**
 * Python's `template.format(*positional, **named)`. The arguments hold no secrets.
 * @throws PythonError for a broken template, a missing argument and a format that does not fit its value
 */
export function formatTemplate(
  template: string,
  positional: readonly Operand[],
  named: ReadonlyMap<string, Operand>,
  reach: Reach,
): string {
  let automatic = 0
  const field = (name: string): Operand => {
    const [, first, rest] = /^([^.[]*)(.*)$/s.exec(name)!
    const key = first === '' ? String(automatic++) : first!
    const found = /^\d+$/.test(key) ? positional[Number(key)] : named.get(key)
    if (found === undefined) {
      throw new PythonError(
        /^\d+$/.test(key) ? 'Replacement index out of range for positional args tuple' : `'${key}'`,
      )
    }
    let value = found
    for (const [, attribute, index] of rest!.matchAll(/\.([^.[]+)|\[([^\]]+)\]/g)) {
      const part = index === undefined ? undefined : /^\d+$/.test(index) ? Number(index) : index
      value = reach(value, part === undefined ? { attribute: attribute! } : { index: part })
    }
    return value
  }
  const expand = (text: string, depth: number): string => {
    let result = ''
    let at = 0
    while (at < text.length) {
      const character = text[at]!
      if ((character === '{' || character === '}') && text[at + 1] === character) {
        result += character
        at += 2
      } else if (character === '}') {
        throw new PythonError("Single '}' encountered in format string")
      } else if (character === '{') {
        if (depth > 2) throw new PythonError('Max string recursion exceeded')
        const end = closing(text, at)
        const [, name, conversion, spec] =
          /^([^!:]*)(?:!(.))?(?::(.*))?$/s.exec(text.slice(at + 1, end)) ?? []
        if (name === undefined) throw new PythonError("expected ':' after conversion specifier")
        const value = field(name)
        result += formatValue(convert(value, conversion), expand(spec ?? '', depth + 1))
        at = end + 1
      } else {
        result += character
        at++
      }
    }
    return result
  }
  return expand(template, 1)
}

function closing(text: string, at: number): number {
  let depth = 0
  for (let index = at; index < text.length; index++) {
    if (text[index] === '{') depth++
    else if (text[index] === '}' && --depth === 0) return index
  }
  throw new PythonError("expected '}' before end of string")
}

function convert(value: Operand, conversion: string | undefined): Operand {
  if (conversion === undefined) return value
  if (conversion === 's') return str(value as Value)
  if (conversion === 'r' || conversion === 'a') return repr(value as Value)
  throw new PythonError(`Unknown conversion specifier '${conversion}'`)
}

const SPEC = /^(?:(.)?([<>=^]))?([-+ ])?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/su

/** Python's `format(value, spec)`. @throws PythonError for a spec that does not fit the value */
function formatValue(value: Operand, source: string): string {
  if (source === '') return str(value as Value)
  const match = SPEC.exec(source)
  if (match === null)
    throw new PythonError(`Invalid format specifier '${source}' for object of type '${typeOf(value)}'`)
  const [, fill, align, sign, alternate, zero, width, grouping, precision, type = ''] = match
  const isText = typeof value === 'string'
  const spec: Spec = {
    fill: fill ?? (zero === undefined ? ' ' : '0'),
    align: (align as Spec['align']) ?? (isText ? '<' : zero === undefined ? '>' : '='),
    sign: (sign as Spec['sign']) ?? '-',
    alternate: alternate !== undefined,
    width: Number(width ?? 0),
    precision: precision === undefined ? undefined : Number(precision),
    grouping: (grouping as Spec['grouping']) ?? '',
  }
  if (isText) {
    if (type !== '' && type !== 's')
      throw new PythonError(`Unknown format code '${type}' for object of type 'str'`)
    return formatText(value, spec)
  }
  if (typeof value === 'boolean' && type === '') return formatText(str(value), { ...spec, align: spec.align })
  if (typeof value === 'boolean') return formatNumber(Number(value), type, spec)
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof Float) {
    return formatNumber(value, type, spec)
  }
  if (value instanceof DateTime) throw new PythonError('use the strftime filter to format a date')
  throw new PythonError(`unsupported format string passed to ${typeOf(value)}.__format__`)
}
