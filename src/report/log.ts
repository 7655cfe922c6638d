import { dump } from 'js-yaml'
import type { Listener } from '../run/record/events.ts'
import { jsonOf } from '../values/json-value.ts'
import { visible } from '../values/text/visible.ts'
import { formatDiff } from './diffs.ts'
import { logLine } from './lines.ts'
import { recapText } from './recap.ts'

/** What a log shows beside the lines of the events. */
export interface LogOptions {
  readonly verbosity: number
  readonly diff: boolean
}

/** One line an event, for logs and pipelines; diffs below their task; the recap at the end. */
export function logReport(write: (text: string) => void, options: LogOptions): Listener {
  return (event) => {
    const line = logLine(event, options.verbosity)
    if (line !== undefined) write(`${line}\n`)
    if (event.type === 'task') {
      if (options.diff || event.showsDiff === true)
        for (const diff of event.diff) {
          const text = formatDiff(diff)
          if (text !== '') write(`${text}\n`)
        }
      const shows = event.showsResult === true && event.status === 'ok'
      if (shows || options.verbosity > 1) {
        const result = new Map(event.result)
        if (shows) for (const key of ['changed', 'failed']) result.delete(key)
        if (result.size > 0) write(`${indent(visible(dump(jsonOf(result)), false))}\n`)
      }
    }
    if (event.type === 'run-ended') write(`${recapText(event, options.verbosity > 0)}\n`)
  }
}

function indent(text: string): string {
  return text.trimEnd().replaceAll(/^/gm, '    ')
}
