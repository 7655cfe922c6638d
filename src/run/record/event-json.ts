import { jsonOf } from '../../values/json-value.ts'
import type { Value } from '../../values/value.ts'
import type { RunEvent } from './events.ts'

/** An event as an object for JSON, with the time at which it is told. Secrets are shown redacted. */
export function eventJson(event: RunEvent, at = new Date()): object {
  if (event.type === 'task') {
    // How a log shows it is no concern of a reader of the data.
    const { showsResult: _, ...rest } = event
    return {
      at: at.toISOString(),
      ...rest,
      result: jsonOf(event.result),
      diff: event.diff.map((diff) => ({
        ...diff,
        before: jsonOf(diff.before as Value),
        after: jsonOf(diff.after as Value),
      })),
    }
  }
  const told = { at: at.toISOString(), ...event }
  if (event.type === 'run-ended') return { ...told, recap: Object.fromEntries(event.recap) }
  return told
}
