import { Float } from '../float.ts'
import type { Value } from '../value.ts'

const TRUE = ['yes', 'y', 'true', 't', 'on', '1']
const FALSE = ['no', 'n', 'false', 'f', 'off', '0']

/** Ansible's words for a boolean, in any case, and the numbers 1 and 0; undefined for everything else. */
export function readBoolean(value: Value): boolean | undefined {
  if (typeof value === 'boolean') return value
  if (typeof value !== 'string' && typeof value !== 'number' && !(value instanceof Float)) return undefined
  const word = String(value instanceof Float ? value.value : value)
    .trim()
    .toLowerCase()
  if (TRUE.includes(word)) return true
  return FALSE.includes(word) ? false : undefined
}

/** What a wrong boolean is told. */
export const BOOLEAN_WORDS = 'write yes or no (also true/false, on/off, 1/0)'
