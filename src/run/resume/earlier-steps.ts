import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { NO_FACTS } from '../../modules/task-result.ts'
import type { Dict, Value } from '../../values/value.ts'
import { compareTurns } from '../batch/turn.ts'
import type { Failure } from '../record/events.ts'
import type { DoneStep, Made, Origin, Settled, StepEntry, StepPlace } from './step-entry.ts'
import { STEPS_FORMAT, stepsFile } from './step-log.ts'
import { readStored, type Stored } from './stored-value.ts'

/** A turn as it is written: `0.3.1`. */
export function turnText(turn: readonly number[]): string {
  return turn.map((part) => (part === Number.POSITIVE_INFINITY ? 'end' : String(part))).join('.')
}

function turnOf(text: string): number[] {
  return text.split('.').map((part) => (part === 'end' ? Number.POSITIVE_INFINITY : Number(part)))
}

/** What is on record of one host in one play. */
export class HostSteps {
  readonly done = new Map<string, Map<number, DoneStep>>()
  /** Begun steps whose end nobody saw: the name of the task, by turn and item. */
  readonly begun = new Map<string, string>()
  readonly settled = new Map<string, Settled>()
  ended = false

  /** Whether something is on record at a turn or behind it. */
  reaches(turn: readonly number[]): boolean {
    if (this.ended) return true
    const turns = [...this.done.keys(), ...[...this.begun.keys()].map((key) => key.split('/')[0] as string)]
    return turns.some((each) => compareTurns(turnOf(each), turn) >= 0)
  }

  /** Forgets what is on record behind a turn. */
  forgetBehind(turn: string): void {
    const isBehind = (other: string) => compareTurns(turnOf(other), turnOf(turn)) > 0
    for (const key of this.done.keys()) if (isBehind(key)) this.done.delete(key)
    for (const key of this.begun.keys()) if (isBehind(key.split('/')[0] as string)) this.begun.delete(key)
    for (const key of this.settled.keys()) if (isBehind(key)) this.settled.delete(key)
    this.settled.delete(turn)
    this.ended = false
  }
}

/** How far an earlier run came, host by host. */
export class EarlierSteps {
  readonly run: string
  origin: Origin | undefined
  made: Made | undefined
  /** How hosts left. One that was cut off by the end of the process is not among them. */
  readonly left = new Map<string, Failure['status']>()
  /** Written by a later version of muster. */
  isNewer = false
  readonly #steps = new Map<string, HostSteps>()

  constructor(run: string) {
    this.run = run
  }

  of(host: string, play: number): HostSteps {
    const key = `${play} ${host}`
    let steps = this.#steps.get(key)
    if (steps === undefined) {
      steps = new HostSteps()
      this.#steps.set(key, steps)
    }
    return steps
  }

  add(entry: StepEntry): void {
    if (entry.is === 'format') this.isNewer ||= entry.format > STEPS_FORMAT
    else if (entry.is === 'origin') {
      this.origin = entry.origin
      this.made = entry.made
      this.left.clear()
    } else if (entry.is === 'left') this.left.set(entry.host, entry.status)
    else if (entry.is === 'again') this.of(entry.host, entry.play).forgetBehind(entry.turn)
    else if (entry.is === 'end') this.of(entry.host, entry.play).ended = true
    else if (entry.is === 'settled') this.of(entry.host, entry.play).settled.set(entry.turn, entry.as)
    else if (entry.is === 'begin') this.of(entry.host, entry.play).begun.set(itemKey(entry), entry.task)
    else if (entry.is === 'done') this.#addDone(entry)
  }

  #addDone(entry: StepEntry & { readonly is: 'done' }): void {
    const steps = this.of(entry.host, entry.play)
    steps.begun.delete(itemKey(entry))
    const items = steps.done.get(entry.turn) ?? new Map<number, DoneStep>()
    steps.done.set(entry.turn, items)
    items.set(entry.item, doneStep(entry))
  }
}

function itemKey({ turn, item }: StepPlace): string {
  return `${turn}/${item}`
}

function doneStep(entry: StepEntry & { readonly is: 'done' }): DoneStep {
  const { kept } = entry
  const { changed, failed, skipped, message, hint } = entry
  const read = (stored: Stored | undefined): Dict =>
    stored === undefined ? new Map() : (readStored(stored) as Dict)
  const values = kept === undefined || kept === false ? undefined : kept.values
  const facts = kept === undefined || kept === false ? undefined : (read(kept.facts) as Map<string, Value>)
  return {
    task: entry.task,
    lost: kept === false,
    result: {
      ...{ changed, failed, skipped, message, hint },
      unknown: false,
      values: read(values),
      diff: [],
      facts: facts ?? NO_FACTS,
    },
  }
}

/**
 * The steps that a run recorded. Lines that a kill cut off are passed over.
 * @returns undefined where it recorded none
 */
export async function readSteps(stateFolder: string, run: string): Promise<EarlierSteps | undefined> {
  const file = stepsFile(stateFolder, run)
  if ((await stat(file).catch(() => undefined)) === undefined) return undefined
  const steps = new EarlierSteps(run)
  for await (const line of createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity })) {
    const entry = parseEntry(line)
    if (entry !== undefined) steps.add(entry)
  }
  return steps
}

function parseEntry(line: string): StepEntry | undefined {
  try {
    return JSON.parse(line) as StepEntry
  } catch {
    return undefined
  }
}
