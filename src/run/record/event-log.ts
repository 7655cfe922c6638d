import { createReadStream, createWriteStream, type WriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { finished } from 'node:stream/promises'
import { jsonOf } from '../../values/json-value.ts'
import { cut, jsonLine } from '../../values/text/visible.ts'
import type { Value } from '../../values/value.ts'
import { eventJson } from './event-json.ts'
import type { Diff, Recap, RunEvent } from './events.ts'

/** Most characters kept of one side of a diff: reports show it, nobody restores a file from it. */
const MOST_OF_A_SIDE = 16 * 1024

/** Version of the lines' format. A reader takes every version up to its own. */
const FORMAT = 1

/** A line of the file: an event without what registers take, and when it was told. */
export type RecordedEvent = RunEvent & { readonly at: Date }

/**
 * What a run told, for reports that are made afterwards: one JSON object a line in `runs/<run>/events.jsonl`, 0600, beside
 * the journal. Unlike the journal it is no promise: nothing waits for it, and a full disk costs its rest, not the run.
 * Events come masked; results, which may hold whole files, are left out.
 */
export class EventLog {
  readonly #stream: WriteStream

  /** @param failed is told once, when a line cannot be written; there are none after it */
  constructor(stateFolder: string, run: string, failed: (error: Error) => void) {
    this.#stream = createWriteStream(eventsFile(stateFolder, run), { flags: 'ax', mode: 0o600 })
    this.#stream.on('error', failed)
    this.#stream.write(`${JSON.stringify({ type: 'format', format: FORMAT })}\n`)
  }

  write(event: RunEvent): void {
    // Phases are for who watches; of a task in a loop the items' events tell what its own repeats.
    if (event.type === 'phase' || this.#stream.errored !== null || this.#stream.writableEnded) return
    this.#stream.write(`${jsonLine(eventJson(event.type === 'task' ? withoutResult(event) : event))}\n`)
  }

  async close(): Promise<void> {
    this.#stream.end()
    await finished(this.#stream).catch(() => {})
  }
}

function eventsFile(stateFolder: string, run: string): string {
  return join(stateFolder, 'runs', run, 'events.jsonl')
}

function withoutResult(event: RunEvent & { type: 'task' }): RunEvent {
  return { ...event, result: new Map(), diff: event.diff.map(shortDiff) }
}

function shortDiff({ before, after, ...rest }: Diff): Diff {
  return { ...rest, before: shortSide(before), after: shortSide(after) }
}

function shortSide(side: Diff['before']): Diff['before'] {
  if (typeof side === 'string') return cut(side, MOST_OF_A_SIDE)
  const text = JSON.stringify(jsonOf(side as Value)) ?? ''
  return text.length <= MOST_OF_A_SIDE ? side : cut(text, MOST_OF_A_SIDE)
}

/**
 * The events of a run, oldest first. A last line that a kill cut off is passed over, and so is what a later version
 * of muster wrote and this one does not know.
 *
 * @param types only events of these types
 * @returns undefined where the run recorded none
 */
export async function readEvents(
  stateFolder: string,
  run: string,
  types?: readonly RunEvent['type'][],
): Promise<RecordedEvent[] | undefined> {
  const file = eventsFile(stateFolder, run)
  if ((await stat(file).catch(() => undefined)) === undefined) return undefined
  const events: RecordedEvent[] = []
  for await (const line of createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity })) {
    // Most lines are tasks; parsing is what reading costs.
    if (types !== undefined && !types.some((type) => line.includes(`"${type}"`))) continue
    const event = parseEvent(line)
    if (types !== undefined && event !== undefined && !types.includes(event.type)) continue
    if (event !== undefined) events.push(event)
  }
  return events
}

function parseEvent(line: string): RecordedEvent | undefined {
  let read: { at?: unknown; type?: unknown; recap?: Record<string, Recap> }
  try {
    read = JSON.parse(line)
  } catch {
    return undefined
  }
  if (typeof read.at !== 'string' || typeof read.type !== 'string') return undefined
  const told = { ...read, at: new Date(read.at) }
  return (
    read.type === 'run-ended' ? { ...told, recap: new Map(Object.entries(read.recap ?? {})) } : told
  ) as RecordedEvent
}
