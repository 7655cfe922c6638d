import { randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { JournalEntry } from '../../modules/journal-entry.ts'
import type { Masker } from '../../values/masking/masker.ts'
import { jsonLine } from '../../values/text/visible.ts'
import { maskFields } from './mask-event.ts'
import { processStart } from './process-start.ts'

/** How many finished runs keep their journal. */
const KEPT_RUNS = 50

/** A run's identifier: sortable by time, unique without a registry, of characters that every API takes. */
export function newRunId(now = new Date()): string {
  const stamp = now.toISOString().replace(/[-:]/g, '').slice(0, 15)
  return `${stamp}-${randomBytes(4).toString('hex')}`
}

/**
 * The append-only record of a run: one JSON object a line in `runs/<run>/journal.jsonl`, 0600. A line is written
 * before the effect it announces. It holds ids and words, never a secret.
 */
export class Journal {
  readonly run: string
  readonly path: string
  readonly #file: FileHandle
  readonly #masker: Masker
  #queue: Promise<void> = Promise.resolve()

  private constructor(run: string, path: string, file: FileHandle, masker: Masker) {
    this.run = run
    this.path = path
    this.#file = file
    this.#masker = masker
  }

  /** @param masker hides secrets in what is written */
  static async open(stateFolder: string, run: string, masker: Masker): Promise<Journal> {
    const folder = join(stateFolder, 'runs', run)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const path = join(folder, 'journal.jsonl')
    const journal = new Journal(run, path, await open(path, 'ax', 0o600), masker)
    await journal.write({ event: 'run', pid: process.pid, started: processStart(process.pid) ?? null }, true)
    await dropOldRuns(join(stateFolder, 'runs'))
    return journal
  }

  /**
   * Appends a line. It survives a killed process once this resolves; with `durable` also a power failure.
   */
  write(entry: JournalEntry, durable = false): Promise<void> {
    const line = `${jsonLine({ at: new Date().toISOString(), ...maskFields(this.#masker, entry) })}\n`
    this.#queue = this.#queue.then(async () => {
      await this.#file.write(line)
      if (durable) await this.#file.datasync()
    })
    return this.#queue
  }

  async close(): Promise<void> {
    await this.write({ event: 'end' })
    await this.#file.close()
  }
}

/** An earlier run as its journal tells it. */
export interface EarlierRun {
  readonly run: string
  /** It wrote its end. */
  readonly ended: boolean
  /** Its process still lives (same pid, start time and boot). */
  readonly alive: boolean
  /** Regions in which it was about to make an activation and never wrote down that none is left. */
  readonly regions: readonly string[]
  /** Activations that it wrote down as made and not as deleted. */
  readonly activations: readonly { readonly region: string; readonly id: string }[]
  /** Runs whose leftovers it cleaned up. */
  readonly cleaned: readonly string[]
}

/** The runs in the state folder, oldest first. Lines that were cut off by a kill are passed over. */
export async function earlierRuns(stateFolder: string): Promise<EarlierRun[]> {
  const folder = join(stateFolder, 'runs')
  const names = await readdir(folder).catch(() => [])
  const runs: EarlierRun[] = []
  for (const run of names.sort()) {
    const text = await readFile(join(folder, run, 'journal.jsonl'), 'utf8').catch(() => '')
    const entries = text
      .split('\n')
      .map(parseLine)
      .filter((entry) => entry !== undefined)
    const of = (event: string) => entries.filter((entry) => entry['event'] === event)
    const begun = of('run')[0]
    const ended = of('end').length > 0
    const deleted = new Set(of('activation-deleted').map((entry) => String(entry['id'])))
    const activations = of('activation-created')
      .map((entry) => ({ region: String(entry['region']), id: String(entry['id']) }))
      .filter(({ id }) => !deleted.has(id))
    const open = of('activation-intent').map((entry) => String(entry['region']))
    for (const entry of of('activation-deleted')) {
      const at = open.indexOf(String(entry['region']))
      if (at >= 0) open.splice(at, 1)
    }
    runs.push({
      run,
      ended,
      alive: !ended && begun !== undefined && isAlive(Number(begun['pid']), String(begun['started'])),
      regions: [...new Set([...open, ...activations.map(({ region }) => region)])],
      activations,
      cleaned: of('orphans-deleted').map((entry) => String(entry['of'])),
    })
  }
  return runs
}

function parseLine(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

async function dropOldRuns(folder: string): Promise<void> {
  const names = (await readdir(folder)).sort()
  for (const name of names.slice(0, Math.max(0, names.length - KEPT_RUNS)))
    await rm(join(folder, name), { recursive: true, force: true })
}

function isAlive(pid: number, started: string): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  return processStart(pid) === started
}
