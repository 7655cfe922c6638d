import type { Value } from '../../values/value.ts'
import { PythonError } from '../python/error.ts'
import { percentFormat } from '../python/text/percent-format.ts'
import { stripStart } from '../python/text/strip.ts'
import type { Lookup, Lookups } from './define.ts'

/** A sequence longer than this is refused. */
const LONGEST = 1_000_000

interface Sequence {
  start: number
  end: number | undefined
  count: number | undefined
  stride: number
  format: string
}

const SHORT = /^(?:(0?x?[\da-f]+)\s*-\s*)?(0?x?[\da-f]+)\s*(?:\/\s*(0?x?[\da-f]+)\s*)?(?::(.+))?$/i

/** Numbers as texts: `start=1 end=9 stride=2 format=host%02d`, `count=4`, or the short `1-9/2:host%02d`. */
const sequence: Lookup = {
  options: ['start', 'end', 'count', 'stride', 'format'],
  run(terms, options) {
    if (terms.length === 0) return generated(read(undefined, options))
    return terms.flatMap((term) => {
      if (typeof term !== 'string') throw new PythonError('a term of sequence must be text')
      return generated(read(term, options))
    })
  },
}

function read(term: string | undefined, options: ReadonlyMap<string, Value>): Sequence {
  const result: Sequence = { start: 1, end: undefined, count: undefined, stride: 1, format: '%d' }
  const short = term === undefined ? null : SHORT.exec(stripStart(term))
  if (short !== null) {
    const [, start, end, stride, format] = short
    if (start !== undefined) result.start = number(start, 'start')
    result.end = number(end!, 'end')
    if (stride !== undefined) result.stride = number(stride, 'stride')
    if (format !== undefined) result.format = format
    return result
  }
  const pairs = (term ?? '').split(/\s+/).filter((word) => word !== '')
  for (const pair of pairs) {
    const [, name, value] = /^(\w+)=(.*)$/s.exec(pair) ?? []
    if (name === undefined) throw new PythonError(`can't parse sequence term '${pair}'; write name=value`)
    assign(result, name, value!)
  }
  for (const [name, value] of options) assign(result, name, String(value))
  return result
}

function assign(sequence: Sequence, name: string, value: string): void {
  if (name === 'format') sequence.format = value
  else if (name === 'start' || name === 'end' || name === 'count' || name === 'stride') {
    sequence[name] = number(value, name)
  } else {
    throw new PythonError(`sequence has no argument '${name}'; known: start, end, count, stride, format`)
  }
}

function number(text: string, name: string): number {
  const value = Number(/^0\d+$/.test(text) ? `0o${text}` : text)
  if (!Number.isInteger(value)) throw new PythonError(`can't parse ${name}=${text} as integer`)
  return value
}

function generated({ start, end, count, stride, format }: Sequence): string[] {
  if (count !== undefined && end !== undefined)
    throw new PythonError("can't specify both count and end in sequence")
  if (count === undefined && end === undefined) throw new PythonError('must specify count or end in sequence')
  const last = count === undefined ? end! : start + count * stride - Math.sign(stride || 1)
  if (count === 0 || stride === 0) return []
  if (stride > 0 && last < start) throw new PythonError('to count backwards make stride negative')
  if (stride < 0 && last > start) throw new PythonError("to count forward don't make stride negative")
  const length = Math.floor((last - start) / stride) + 1
  if (length > LONGEST) throw new PythonError(`a sequence of more than ${LONGEST} numbers is refused`)
  return Array.from({ length }, (_, index) => percentFormat(format, [start + index * stride]))
}

export const sequenceLookups: Lookups = { sequence }
