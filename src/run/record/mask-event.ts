import type { Masker } from '../../values/masking/masker.ts'
import { InputError } from '../../values/problem.ts'
import { Secret } from '../../values/secret.ts'
import { cut } from '../../values/text/visible.ts'
import type { Value } from '../../values/value.ts'
import type { RunEvent } from './events.ts'

/**
 * Fields of events and of the journal that are muster's own words, numbers, names of hosts, or ids and regions of AWS.
 * Every other field, also one that is added later, is masked.
 */
const OPEN_FIELDS: ReadonlySet<string> = new Set([
  ...['type', 'event', 'run', 'mode', 'status', 'phase', 'module', 'host', 'hosts', 'of'],
  ...['id', 'region', 'limit', 'pid', 'started', 'batch', 'batches', 'tasks', 'attempt', 'left', 'seconds'],
  ...['exitCode', 'recap', 'cost', 'journal', 'position'],
])

/** Most characters of a field; what is longer is cut after it was masked, so that no half of a secret is left. */
const LONGEST: ReadonlyMap<string, number> = new Map([
  ['item', 200],
  ['message', 8192],
  ['hint', 8192],
])

/**
 * An event without the text of any secret that the run knows: hosts may print what they were given. The type `Secret`
 * keeps secrets out of what muster writes itself; this is for what comes back.
 */
export function maskEvent(masker: Masker, event: RunEvent): RunEvent {
  return maskFields(masker, event)
}

/** The same for what a run throws: mistakes of the input, and errors that nobody foresaw with their stacks. */
export function maskError(masker: Masker, error: unknown): unknown {
  if (error instanceof InputError)
    return new InputError(error.problems.map((problem) => maskFields(masker, problem)))
  if (error instanceof Error) {
    error.message = masker.mask(error.message)
    if (error.stack !== undefined) error.stack = masker.mask(error.stack)
  }
  return error
}

/** An object whose fields are masked but for {@link OPEN_FIELDS}, however deep. */
export function maskFields<T extends object>(masker: Masker, object: T): T {
  const entries = Object.entries(object).map(([name, value]) => [
    name,
    OPEN_FIELDS.has(name) ? value : maskField(masker, name, value),
  ])
  return Object.fromEntries(entries) as T
}

function maskField(masker: Masker, name: string, value: unknown): unknown {
  if (typeof value === 'string') return cut(masker.mask(value), LONGEST.get(name))
  if (value instanceof Map)
    return masker.maskValue(value as Map<never, Value>, value.get('truncated') === true)
  if (Array.isArray(value)) return value.map((item) => maskField(masker, name, item))
  if (typeof value !== 'object' || value === null || value instanceof Secret) return value
  const isPlain = Object.getPrototypeOf(value) === Object.prototype
  return isPlain ? maskFields(masker, value) : masker.maskValue(value as Value)
}
