import { Float } from '../../values/float.ts'
import type { Key, Value } from '../../values/value.ts'

/** A text that is a literal in form and has no value: a list as a key or in a set. Ansible refuses the whole file. */
export class Unhashable extends Error {}

/** Items of a tuple; only a tuple of hashable items may be a key. */
export class PythonTuple {
  readonly items: Parsed[]
  constructor(items: Parsed[]) {
    this.items = items
  }
}

/** A set literal, its items as they are written, equal ones among them. */
export class PythonSet {
  readonly items: Parsed[]
  constructor(items: Parsed[]) {
    this.items = items
  }
}

/** A dict literal with its entries in order; keys may be anything here. */
export class PythonDict {
  readonly entries: [Parsed, Parsed][]
  constructor(entries: [Parsed, Parsed][]) {
    this.entries = entries
  }
}

/** `1+2j`: Ansible makes text of it. */
export class Complex {
  readonly real: number
  readonly imaginary: number
  constructor(real: number, imaginary: number) {
    this.real = real
    this.imaginary = imaginary
  }
}

type Scalar = null | boolean | number | bigint | string | Float | Complex

export type Parsed = Scalar | Parsed[] | PythonTuple | PythonSet | PythonDict

/** Python's value as ours. @throws Unhashable for a key that is none in Python */
export function toValue(parsed: Parsed): Value {
  if (Array.isArray(parsed)) return parsed.map(toValue)
  if (parsed instanceof PythonTuple) return parsed.items.map(toValue)
  if (parsed instanceof PythonSet) {
    return [...new Map(parsed.items.map((item) => [identity(item), toValue(item)])).values()]
  }
  if (parsed instanceof PythonDict) {
    const keys = new Map<string, Key>()
    const dict = new Map<Key, Value>()
    for (const [key, value] of parsed.entries) {
      const same = identity(key)
      if (!keys.has(same)) keys.set(same, toKey(key))
      dict.set(keys.get(same)!, toValue(value))
    }
    return dict
  }
  return parsed instanceof Complex ? complexText(parsed) : parsed
}

function toKey(parsed: Parsed): Key {
  const value = toValue(parsed)
  if (value instanceof Float) return value.value
  return value !== null && typeof value === 'object' ? identity(parsed) : value
}

/** Equal for what is one key in Python. @throws Unhashable for what cannot be a key */
function identity(parsed: Parsed): string {
  if (Array.isArray(parsed) || parsed instanceof PythonSet || parsed instanceof PythonDict)
    throw new Unhashable()
  if (parsed instanceof PythonTuple) return `(${parsed.items.map(identity).join(', ')})`
  if (typeof parsed === 'string') return JSON.stringify(parsed)
  if (parsed instanceof Float) return String(parsed.value)
  if (parsed instanceof Complex) return complexText(parsed)
  return String(typeof parsed === 'boolean' ? Number(parsed) : parsed)
}

function complexText({ real, imaginary }: Complex): string {
  if (Object.is(real, 0)) return `${imaginary}j`
  return `(${Object.is(real, -0) ? '-0' : real}${imaginary < 0 ? '-' : '+'}${Math.abs(imaginary)}j)`
}
