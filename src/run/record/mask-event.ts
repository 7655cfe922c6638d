import type { Masker } from '../../values/masker.ts'
import type { Value } from '../../values/value.ts'
import type { RunEvent } from './events.ts'

/**
 * An event without the text of any secret that was sent to a host: hosts may print what they were given. The type
 * `Secret` keeps secrets out of what muster writes itself; this is for what comes back.
 */
export function maskEvent(masker: Masker, event: RunEvent): RunEvent {
  const text = (value: string | undefined) => (value === undefined ? undefined : masker.mask(value))
  const deep = (value: Value): Value => {
    if (typeof value === 'string') return masker.mask(value)
    if (Array.isArray(value)) return value.map(deep)
    if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, deep(item)]))
    return value
  }
  switch (event.type) {
    case 'task':
      return {
        ...event,
        task: masker.mask(event.task),
        ...(event.item === undefined ? {} : { item: masker.mask(event.item) }),
        message: text(event.message),
        hint: text(event.hint),
        result: deep(event.result) as typeof event.result,
        diff: event.diff.map((diff) => ({ ...diff, before: deep(diff.before), after: deep(diff.after) })),
      }
    case 'warning':
      return { ...event, message: masker.mask(event.message) }
    case 'phase':
      return event.what === undefined ? event : { ...event, what: masker.mask(event.what) }
    case 'retry':
      return { ...event, task: masker.mask(event.task) }
    case 'stopped':
      return { ...event, reason: masker.mask(event.reason) }
    case 'run-ended':
      return {
        ...event,
        failures: event.failures.map((failure) => ({
          ...failure,
          task: text(failure.task),
          message: masker.mask(failure.message),
          hint: text(failure.hint),
          printed: text(failure.printed),
        })),
      }
    default:
      return event
  }
}
