import { parseInteger } from '../../template/python/numbers/number.ts'
import { str } from '../../template/python/text/repr.ts'
import { Float } from '../../values/float.ts'
import { openIncidental } from '../../values/masking/incidental-secret.ts'
import { Secret } from '../../values/secret.ts'
import { BOOLEAN_WORDS, readBoolean } from '../../values/text/boolean-words.ts'
import { isDict, type Value } from '../../values/value.ts'

// Values of keywords whose templates are evaluated, as the types that the runner works with. The parser asks the
// same functions about values without templates, so that a wrong type is found before the run.

/** @throws RangeError in Ansible's words */
export function keywordBoolean(name: string, value: Value): boolean {
  return readBoolean(openIncidental(value)) ?? unfit(name, value, 'bool', BOOLEAN_WORDS)
}

/** A whole number from 0 on. @throws RangeError in Ansible's words */
export function keywordInteger(name: string, given: Value): number {
  const value = openIncidental(given)
  const number = typeof value === 'string' ? parseInteger(value) : value
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number
  return unfit(name, value, 'int', 'it takes a whole number from 0 on')
}

/** The number of a port. @throws RangeError in Ansible's words */
export function keywordPort(given: Value): number {
  const port = keywordInteger('port', given)
  return port > 0 && port < 65_536 ? port : unfit('port', given, 'int', 'it takes a number from 1 to 65535')
}

/** Seconds, perhaps with a fraction, from 0 on. @throws RangeError in Ansible's words */
export function keywordSeconds(name: string, given: Value): number {
  const value = openIncidental(given)
  const plain = value instanceof Float ? value.value : value
  const number = typeof plain === 'string' && /^\s*\d+(\.\d*)?\s*$/.test(plain) ? Number(plain) : plain
  if (typeof number === 'number' && Number.isFinite(number) && number >= 0) return number
  return unfit(name, value, 'float', 'it takes seconds from 0 on')
}

/** @throws RangeError for lists, mappings, null and secrets, which no keyword of this type may hold */
export function keywordText(name: string, given: Value): string {
  const value = openIncidental(given)
  if (Array.isArray(value) || isDict(value) || value === null || value instanceof Secret) {
    return unfit(name, value, 'str', 'it takes one text')
  }
  return str(value)
}

function unfit(name: string, value: Value, type: string, reason: string): never {
  const shown = value instanceof Secret ? value.toString() : str(value)
  throw new RangeError(`${name}: the value '${shown}' could not be converted to '${type}': ${reason}`)
}
