import { DateTime } from '../../values/date-time.ts'
import { Float } from '../../values/float.ts'
import { REDACTED, Secret } from '../../values/secret.ts'
import type { Key, Value } from '../../values/value.ts'
import { OMIT, TemplateError } from '../api.ts'
import { Blank, Hidden, type Operand, Undefined } from '../operand.ts'
import { NamedTuple } from '../python/named-tuple.ts'
import { isMissing, isOwn } from './errors.ts'

/** Says whether an operation has used a secret's value. */
export class Taint {
  hidden = false
}

/** A value without its cover; the taint remembers that there was one. Only the outermost layer is opened. */
export function reveal(value: Operand, taint: Taint): Operand {
  if (value instanceof Secret) {
    taint.hidden = true
    return value.reveal()
  }
  if (value instanceof Hidden) {
    taint.hidden = true
    return value.value
  }
  return value
}

export function isHidden(value: Operand): boolean {
  return value instanceof Secret || value instanceof Hidden
}

/** Covers what was made from a secret. */
export function hide(value: Operand): Operand {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return new Secret(value)
  if (typeof value === 'bigint' || typeof value === 'string') return new Secret(value)
  if (value === OMIT || value instanceof Undefined || value instanceof Blank || isHidden(value)) return value
  return new Hidden(value)
}

/** Covers the result when the taint says so. */
export function hideIf(taint: Taint, value: Operand): Operand {
  return taint.hidden ? hide(value) : value
}

/**
 * Runs an operation on revealed values. Its result is covered when a secret was in it, and its error then keeps
 * silent about values, since messages quote what they were given.
 */
export function guarded(taint: Taint, what: string, run: () => Operand): Operand {
  return hideIf(taint, silenced(taint, what, run))
}

/** {@link guarded} for results that are not covered: conditions on secrets are plain. */
export function silenced<T>(taint: Taint, what: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (!taint.hidden || !isOwn(error)) throw error
    const place = error instanceof TemplateError ? error.position : undefined
    throw new TemplateError(`${what} failed on a secret value (${REDACTED})`, place, isMissing(error))
  }
}

/** Which scalars of an operation's inputs are known to everybody, and which are secret. */
export interface Inventory {
  readonly open: Set<string>
  readonly secret: Set<string>
}

/** A text that stands for a scalar: its type and its value. */
export function scalarKey(value: Operand): string {
  if (value instanceof Float) return `float:${value.value}`
  if (value instanceof DateTime) return `date:${value}`
  return `${typeof value}:${String(value)}`
}

/**
 * Covers the scalars in a result that do not stand as they are in the open part of the inputs. So
 * `settings | combine({'password': secret})` hides the password and nothing else. Keys stay, since filters make them of
 * the open part or of their own words.
 * @throws TemplateError when a key shows a secret after all (`items2dict`)
 */
export function conceal(value: Operand, inventory: Inventory): Operand {
  if (value instanceof NamedTuple) return value.changed((item) => conceal(item, inventory) as Value)
  if (Array.isArray(value)) return value.map((item) => conceal(item, inventory))
  if (value instanceof Map) {
    const entries = new Map<Key, Operand>()
    for (const [key, item] of value) {
      if (!inventory.open.has(scalarKey(key)) && showsSecret(String(key), inventory)) throw secretKey()
      entries.set(key, conceal(item, inventory))
    }
    return entries
  }
  const key = scalarKey(value)
  return inventory.open.has(key) && !inventory.secret.has(key) ? value : hide(value)
}

function showsSecret(key: string, { secret }: Inventory): boolean {
  return [...secret].some((each) => {
    const text = each.slice(each.indexOf(':') + 1)
    return text !== '' && key.includes(text)
  })
}

/** The error for a dict whose key would show a secret. */
export function secretKey(): TemplateError {
  return new TemplateError(
    'a secret would become the key of a dict, where it would be shown; use it as a value',
  )
}
