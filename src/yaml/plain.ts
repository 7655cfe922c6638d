import { Float } from '../values/float.ts'
import { integer } from '../values/value.ts'
import type { YamlScalar } from './node.ts'
import { looksLikeTimestamp, parseTimestamp } from './timestamp.ts'

type ScalarValue = YamlScalar['value']

/** What a scalar means, or why it means nothing. */
export type Typed = { readonly value: ScalarValue } | { readonly error: string }

// PyYAML's resolver expressions for YAML 1.1; js-yaml's own YAML 1.1 schema loses big integers and the difference
// between 1 and 1.0, so the typing is done here.
const BOOLEANS = new Map<string, boolean>(
  (['yes', 'true', 'on'] as const)
    .flatMap(cases)
    .map((word): [string, boolean] => [word, true])
    .concat((['no', 'false', 'off'] as const).flatMap(cases).map((word) => [word, false])),
)
const NULLS = new Set(['~', 'null', 'Null', 'NULL', ''])
const FLOAT =
  /^(?:[-+]?\d[\d_]*\.[\d_]*(?:[eE][-+]\d+)?|\.\d[\d_]*(?:[eE][-+]\d+)?|[-+]?\d[\d_]*(?::[0-5]?\d)+\.[\d_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/
const INTEGER =
  /^(?:[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][\d_]*)|[-+]?0x[\da-fA-F_]+|[-+]?[1-9][\d_]*(?::[0-5]?\d)+)$/

function cases(word: string): string[] {
  return [word, word[0]!.toUpperCase() + word.slice(1), word.toUpperCase()]
}

/** Types a plain scalar (no quotes, no tag) by YAML 1.1 exactly as Ansible's PyYAML does. */
export function typePlain(text: string): Typed {
  const boolean = BOOLEANS.get(text)
  if (boolean !== undefined) return { value: boolean }
  if (FLOAT.test(text)) return toFloat(text)
  if (INTEGER.test(text)) return toInteger(text)
  if (NULLS.has(text)) return { value: null }
  if (looksLikeTimestamp(text)) return toTimestamp(text)
  if (text === '=') return { error: 'a bare = has no meaning as a value: write "="' }
  if (text === '<<') return { error: 'a bare << has no meaning as a value: write "<<"' }
  return { value: text }
}

/** Reads a text under an explicit tag of YAML (`!!int "12"`). */
export function typeTagged(
  text: string,
  tag: 'str' | 'int' | 'float' | 'bool' | 'null' | 'timestamp',
): Typed {
  switch (tag) {
    case 'str':
      return { value: text }
    case 'null':
      return { value: null }
    case 'bool': {
      const boolean = BOOLEANS.get(text.toLowerCase())
      return boolean === undefined ? { error: 'this is no boolean' } : { value: boolean }
    }
    case 'int':
      return INTEGER.test(text) ? toInteger(text) : { error: 'this is no integer' }
    case 'float':
      if (FLOAT.test(text)) return toFloat(text)
      return /^[-+]?\d[\d_]*(?:[eE][-+]?\d+)?$/.test(text)
        ? { value: new Float(Number(text.replaceAll('_', ''))) }
        : { error: 'this is no number' }
    case 'timestamp':
      return toTimestamp(text)
  }
}

function toTimestamp(text: string): Typed {
  const value = parseTimestamp(text)
  return value === undefined ? { error: 'this is no date: there is no such day or time' } : { value }
}

function toFloat(text: string): Typed {
  const { sign, digits } = parts(text.toLowerCase())
  if (digits === '.inf') return { value: new Float(sign * Number.POSITIVE_INFINITY) }
  if (digits === '.nan') return { value: new Float(Number.NaN) }
  let value = 0
  // Summed from the right, as PyYAML does: the order decides the last digit.
  for (const [power, part] of digits.split(':').reverse().entries()) value += Number(part) * 60 ** power
  return { value: new Float(sign * value) }
}

function toInteger(text: string): Typed {
  const { sign, digits } = parts(text)
  if (digits === '0b' || digits === '0x') return { error: 'this is no integer: digits are missing' }
  let value: bigint
  if (digits.includes(':')) {
    value = digits.split(':').reduce((sum, part) => sum * 60n + BigInt(part), 0n)
  } else if (/^0[0-7]/.test(digits)) {
    value = BigInt(`0o${digits.slice(1)}`)
  } else {
    value = BigInt(digits)
  }
  return { value: integer(sign < 0 ? -value : value) }
}

function parts(text: string): { sign: 1 | -1; digits: string } {
  const plain = text.replaceAll('_', '')
  return { sign: plain.startsWith('-') ? -1 : 1, digits: plain.replace(/^[-+]/, '') }
}
