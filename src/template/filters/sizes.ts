import type { Filter } from '../filter.ts'
import { bind } from '../python/bind.ts'
import { asText } from '../python/convert.ts'
import { PythonError } from '../python/error.ts'
import { isNumeric, toDouble, truncate } from '../python/numbers/number.ts'
import { fixed, roundDouble } from '../python/numbers/round.ts'
import { str } from '../python/text/repr.ts'
import { isTrue } from '../python/truth.ts'

/** Largest first. */
const UNITS = ['Y', 'Z', 'E', 'P', 'T', 'G', 'M', 'K', 'B']
const NAMES = ['yotta', 'zetta', 'exa', 'peta', 'tera', 'giga', 'mega', 'kilo', '']

function sizeOf(unit: number): number {
  return 1024 ** (UNITS.length - 1 - unit)
}

const humanReadable: Filter = (input, args) => {
  const { isbits, unit } = bind(args, { isbits: false, unit: null })
  if (!isNumeric(input)) throw new PythonError('human_readable() failed on bad input')
  const size = toDouble(input)
  const wanted = unit === null ? undefined : asText(unit, 'unit').toUpperCase()
  const found = UNITS.findIndex((name, index) =>
    wanted === undefined ? size >= sizeOf(index) : name === wanted,
  )
  const index = found === -1 ? UNITS.length - 1 : found
  const base = isTrue(isbits) ? 'bits' : 'Bytes'
  const suffix = UNITS[index] === 'B' ? base : UNITS[index]! + base[0]!
  const value = size / sizeOf(index)
  return `${value < 0 ? '-' : ''}${fixed(Math.abs(value), 2)} ${suffix}`
}

/** Whether a unit of more than one letter is `KB` or `kilobyte` (`Kb` or `kilobit`). */
function isUnit(unit: string, index: number, bits: boolean): boolean {
  const letter = UNITS[index]!
  const long = NAMES[index]! + (bits ? 'bit' : 'byte')
  const short = letter === 'B' ? (bits ? 'b' : 'B') : letter + (bits ? 'b' : 'B')
  return unit === short || unit.toLowerCase() === long
}

const humanToBytes: Filter = (input, args) => {
  const { default_unit, isbits } = bind(args, { default_unit: null, isbits: false })
  const fail = (reason: string): never => {
    throw new PythonError(`human_to_bytes() can't interpret the input: human_to_bytes() ${reason}`)
  }
  const text = str(input)
  const match = /^(\d*\.?\d+)(?:\s*([A-Za-z]+))?\s*$/.exec(text)
  if (match === null) return fail(`can't interpret following string: ${text}`)
  const unit = match[2] ?? (default_unit === null ? undefined : asText(default_unit, 'default_unit'))
  if (unit === undefined) return truncate(roundDouble(Number(match[1]), 0))!
  const index = UNITS.indexOf(unit[0]?.toUpperCase() ?? '')
  if (index === -1) {
    return fail(`failed to convert ${text} (unit = ${unit}). The suffix must be one of ${UNITS.join(', ')}`)
  }
  const bits = isTrue(isbits)
  if (unit.length > 1 && !isUnit(unit, index, bits)) {
    const letter = UNITS[index]!
    const expected =
      letter === 'B'
        ? `${bits ? 'b' : 'B'} or ${bits ? 'bit' : 'byte'}`
        : `${letter}${bits ? 'b' : 'B'} or ${letter}`
    return fail(`failed to convert ${text}. Value is not a valid string (expect ${expected})`)
  }
  return truncate(roundDouble(Number(match[1]) * sizeOf(index), 0))!
}

export const filters: Readonly<Record<string, Filter>> = {
  human_readable: humanReadable,
  human_to_bytes: humanToBytes,
}
