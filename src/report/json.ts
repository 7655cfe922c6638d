import type { Listener, RunEvent } from '../run/record/events.ts'
import { plain } from '../values/plain.ts'
import { jsonLine } from '../values/text/visible.ts'
import type { Value } from '../values/value.ts'

/** Every event as a JSON object in a line of stdout, and nothing else there. */
export function jsonReport(write: (line: string) => void): Listener {
  return (event) => write(`${jsonLine(asJson(event))}\n`)
}

function asJson(event: RunEvent): object {
  const at = new Date().toISOString()
  if (event.type === 'task') {
    // How a log shows it is none of its reader's concern.
    const { showsResult: _, ...told } = event
    return {
      at,
      ...told,
      result: plain(event.result),
      diff: event.diff.map((diff) => ({
        ...diff,
        before: plain(diff.before as Value),
        after: plain(diff.after as Value),
      })),
    }
  }
  if (event.type === 'run-ended') return { at, ...event, recap: Object.fromEntries(event.recap) }
  return { at, ...event }
}
