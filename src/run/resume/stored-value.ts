import { DateTime } from '../../values/date-time.ts'
import { Float } from '../../values/float.ts'
import type { Masker } from '../../values/masking/masker.ts'
import type { Dict, Key, Value } from '../../values/value.ts'

/** Most characters of one stored result: who registers more than that has it read again. */
const MOST = 256 * 1024

/** A value cannot be kept: it is, or shows, a secret, or it is too large. */
export class NotKept extends Error {}

/** A value as JSON that {@link readStored} reads back to the same types: scalars as they are, all else tagged. */
export type Stored = null | boolean | number | string | Stored[] | { readonly [tag: string]: Stored }

/**
 * What a record keeps of a value.
 * @throws NotKept for what may not be written down, or is longer than 256 Ki characters
 */
export function storedOf(value: Value, masker: Masker): Stored {
  let left = MOST
  const text = (written: string): string => {
    left -= written.length
    if (left < 0 || masker.mask(written) !== written) throw new NotKept()
    return written
  }
  const walk = (each: Value): Stored => {
    left -= 8
    if (left < 0) throw new NotKept()
    if (typeof each === 'string') return text(each)
    if (each === null || typeof each === 'boolean' || typeof each === 'number') return each
    if (typeof each === 'bigint') return { integer: text(String(each)) }
    if (each instanceof Float) return { float: String(each.value) }
    if (each instanceof DateTime)
      return { date: [each.epochMilliseconds, each.dateOnly, each.offsetMinutes, each.microseconds] }
    if (Array.isArray(each)) return each.map(walk)
    if (each instanceof Map) return { dict: [...each].map(([key, item]) => [walk(key), walk(item)]) }
    // Secrets, and templates, which nobody but the author of a playbook writes.
    throw new NotKept()
  }
  return walk(value)
}

/** The value that {@link storedOf} was given. @throws TypeError for what it never wrote */
export function readStored(stored: Stored): Value {
  if (stored === null || typeof stored !== 'object') return stored
  if (Array.isArray(stored)) return stored.map(readStored)
  const { integer, float, date, dict } = stored
  if (typeof integer === 'string') return BigInt(integer)
  if (typeof float === 'string') return new Float(Number(float))
  if (Array.isArray(date)) {
    const [milliseconds, dateOnly, offset, micros] = date as [number, boolean, number | null, number]
    return new DateTime(milliseconds, dateOnly, offset, micros)
  }
  if (Array.isArray(dict)) return dictOf(dict as readonly Stored[])
  throw new TypeError('no stored value')
}

function dictOf(entries: readonly Stored[]): Dict {
  return new Map(
    entries.map((entry) => {
      const [key, item] = entry as [Stored, Stored]
      return [readStored(key) as Key, readStored(item)]
    }),
  )
}
