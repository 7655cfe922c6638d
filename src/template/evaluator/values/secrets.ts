import { DateTime } from '../../../values/date-time.ts'
import { Float } from '../../../values/float.ts'
import { IncidentalSecret } from '../../../values/masking/incidental-secret.ts'
import { type Origin, REDACTED, Secret } from '../../../values/secret.ts'
import type { Key, Value } from '../../../values/value.ts'
import { OMIT, TemplateError } from '../../api.ts'
import { Blank, Hidden, type Operand, Undefined } from '../../operand.ts'
import { NamedTuple } from '../../python/named-tuple.ts'
import { isMissing, isOwn } from '../errors.ts'

/** Of a value that is secret in itself, and made from no other. */
export const NO_ORIGIN: Origin = { from: [] }

/** Which secrets an operation has used. */
export class Taint {
  hidden = false
  #from: Secret[] = []
  #isShared = false
  /** More is secret in what is made than the Secrets it is made from. */
  #isMore = false

  /** Notes that a secret was opened. */
  note(opened: Secret | Hidden): void {
    this.hidden = true
    if (this.#isShared) this.#from = [...this.#from]
    this.#isShared = false
    if (opened instanceof Secret) this.#from.push(opened)
    else {
      this.#isMore = true
      for (const secret of opened.origin.from) this.#from.push(secret)
    }
  }

  /** All that is made is secret, since its template is. */
  coverAll(): void {
    this.hidden = true
    this.#isMore = true
  }

  /** Notes what another operation has opened. */
  take(other: Taint): void {
    if (other.hidden) this.note(new Hidden(null, other.origin()))
  }

  /**
   * Where a value that is made now comes from. Values of one operation share it.
   * @param joined what was opened stands in it as it is, beside what is for everybody
   */
  origin(joined = false): Origin {
    this.#isShared = true
    return joined && !this.#isMore ? { from: this.#from, joined } : { from: this.#from }
  }
}

/** A value without its cover; the taint remembers that there was one. Only the outermost layer is opened. */
export function reveal(value: Operand, taint: Taint): Operand {
  if (value instanceof Secret) {
    taint.note(value)
    return value.reveal()
  }
  if (value instanceof Hidden) {
    taint.note(value)
    return value.value
  }
  return value
}

/** Whether no output may show the operand. */
export function isHidden(value: Operand): boolean {
  return value instanceof Secret || value instanceof Hidden
}

/**
 * Covers what was made from secrets. The one place where the engine makes a Secret: so each knows what it came from.
 */
export function hide(value: Operand, origin: Origin): Operand {
  if (value === null || typeof value === 'boolean' || typeof value === 'number')
    return new Secret(value, origin)
  if (typeof value === 'bigint' || typeof value === 'string') return new Secret(value, origin)
  if (value === OMIT || value instanceof Undefined || value instanceof Blank || isHidden(value)) return value
  return new Hidden(value, origin)
}

/** Covers what the template of an encrypted file made: what is no secret by itself is one because of its file. */
export function hideWithFile(value: Operand): Operand {
  const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint'
  return isScalar ? new IncidentalSecret(value) : hide(value, NO_ORIGIN)
}

/** Covers the result when the taint says so. */
export function hideIf(taint: Taint, value: Operand): Operand {
  return taint.hidden ? hide(value, taint.origin()) : value
}

/** {@link hideIf} for text in which what was opened stands as it is. */
export function hideJoined(taint: Taint, text: string): Operand {
  return taint.hidden ? hide(text, taint.origin(true)) : text
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
export function conceal(value: Operand, inventory: Inventory, origin: Origin): Operand {
  if (value instanceof NamedTuple) return value.changed((item) => conceal(item, inventory, origin) as Value)
  if (Array.isArray(value)) return value.map((item) => conceal(item, inventory, origin))
  if (value instanceof Map) {
    const entries = new Map<Key, Operand>()
    for (const [key, item] of value) {
      if (!inventory.open.has(scalarKey(key)) && showsSecret(String(key), inventory)) throw secretKey()
      entries.set(key, conceal(item, inventory, origin))
    }
    return entries
  }
  const key = scalarKey(value)
  return inventory.open.has(key) && !inventory.secret.has(key) ? value : hide(value, origin)
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
