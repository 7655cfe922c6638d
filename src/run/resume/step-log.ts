import { copyFile, type FileHandle, mkdir, open, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Masker } from '../../values/masking/masker.ts'
import { jsonLine } from '../../values/text/visible.ts'
import { maskFields } from '../record/mask-event.ts'
import type { StepEntry } from './step-entry.ts'

/** Version of the lines' format. A reader takes every version up to its own. */
export const STEPS_FORMAT = 1

/** Where the steps of a run are recorded. */
export function stepsFile(stateFolder: string, run: string): string {
  return join(stateFolder, 'runs', run, 'steps.jsonl')
}

/**
 * How far each host has come, so that another run can go on there: an append-only file of JSON lines, 0600, beside the
 * journal. Lines that wait for the disk share one write and one `fdatasync`, so that a fleet costs no more of them than one host.
 */
export class StepLog {
  readonly #file: FileHandle
  readonly #masker: Masker
  #lines: string[] = []
  #durable = false
  /** The write that takes the lines that wait now. */
  #next: Promise<void> | undefined
  #last: Promise<void> = Promise.resolve()

  private constructor(file: FileHandle, masker: Masker) {
    this.#file = file
    this.#masker = masker
  }

  /**
   * @param from the run that is gone on with: its lines are the new one's, too
   */
  static async open(
    stateFolder: string,
    run: string,
    masker: Masker,
    from: string | undefined,
  ): Promise<StepLog> {
    const path = stepsFile(stateFolder, run)
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    if (from !== undefined) {
      // Whole or not at all: what a half copy lacks would be done twice.
      await copyFile(stepsFile(stateFolder, from), `${path}.part`)
      await rename(`${path}.part`, path)
    }
    const log = new StepLog(await open(path, 'a', 0o600), masker)
    // A kill may have cut off the last line.
    if (from !== undefined) log.#lines.push('\n')
    await log.write({ is: 'format', format: STEPS_FORMAT })
    return log
  }

  /** Appends a line. It survives a killed process once this resolves; with `durable` also a power failure. */
  write(entry: StepEntry, durable = false): Promise<void> {
    const written = entry.is === 'begin' ? maskFields(this.#masker, entry) : entry
    this.#lines.push(`${jsonLine(written)}\n`)
    this.#durable ||= durable
    this.#next ??= this.#flushAfter(this.#last)
    return this.#next
  }

  #flushAfter(before: Promise<void>): Promise<void> {
    const flushed = (async () => {
      await before
      const durable = this.#durable
      const text = this.#lines.join('')
      this.#lines = []
      this.#durable = false
      this.#next = undefined
      await this.#file.appendFile(text)
      if (durable) await this.#file.datasync()
    })()
    this.#last = flushed
    return flushed
  }

  async close(): Promise<void> {
    await this.#last
    await this.#file.close()
  }
}
