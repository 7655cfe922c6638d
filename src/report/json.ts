import { eventJson } from '../run/record/event-json.ts'
import type { Listener } from '../run/record/events.ts'
import { jsonLine } from '../values/text/visible.ts'

/** Every event as a JSON object in a line of stdout, and nothing else there. */
export function jsonReport(write: (line: string) => void): Listener {
  return (event) => write(`${jsonLine(eventJson(event))}\n`)
}
