import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import type { JournalEntry } from '../../modules/journal-entry.ts'
import type { Masker } from '../../values/masking/masker.ts'
import { jsonLine } from '../../values/text/visible.ts'
import { KEPT_RUNS, pruneRuns } from './earlier-runs.ts'
import { maskFields } from './mask-event.ts'
import { processStart } from './process-start.ts'

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
    await pruneRuns(stateFolder, { keep: KEPT_RUNS })
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
