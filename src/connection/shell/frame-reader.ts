import { MemoryBudget } from './memory-budget.ts'
import { OutputBuffer } from './output-buffer.ts'

/** What a step left on one stream, and whether the stream said that it ended. */
export interface Collected {
  readonly output: OutputBuffer
  /** Exit status; null when the step ended without one. */
  status: number | null
}

/** What a reader tells while it reads. */
export interface FrameEvents {
  /** `pid` is 0 where the host has no /proc. */
  onBegin(index: number, pid: number, shell: number): void
  /** Called once for each step that began, also when no status came. */
  onEnd(index: number): void
  onDone(): void
}

/** The host sent what no resident shell sends. */
export class FrameError extends Error {}

/** Longest line behind a nonce: two process ids and an index. */
const LONGEST = 80
const LF = 0x0a

/**
 * Reads the frames of one request from one stream ({@link encodeRequest} says what they look like), cut into chunks
 * anywhere. Holds at most `limits[index]` bytes of each step and the budget's of all, and skips what stands outside of
 * frames.
 */
export class FrameReader {
  readonly steps: readonly Collected[]
  readonly #nonce: Buffer
  readonly #events: FrameEvents
  /** May hold the beginning of a frame. */
  #pending: Buffer = Buffer.alloc(0)
  #current: number | undefined
  #next = 0
  done = false

  constructor(nonce: string, limits: readonly number[], events: FrameEvents, budget = new MemoryBudget()) {
    this.#nonce = Buffer.from(nonce, 'latin1')
    this.#events = events
    this.steps = limits.map((limit) => ({ output: new OutputBuffer(limit, budget), status: null }))
  }

  /** @throws FrameError */
  push(chunk: Buffer): void {
    const bytes = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk])
    let from = 0
    while (!this.done) {
      const at = bytes.indexOf(this.#nonce, from)
      // The line feed before the nonce belongs to the frame, so it is held back too.
      const certain = at < 0 ? bytes.length - this.#nonce.length : at - 1
      const lineEnd = at < 0 ? -1 : bytes.indexOf(LF, at + this.#nonce.length)
      if (lineEnd < 0) {
        if (at >= 0 && bytes.length - at > this.#nonce.length + LONGEST)
          throw new FrameError('a frame without end')
        const keepFrom = Math.max(from, certain)
        this.#keep(bytes.subarray(from, keepFrom))
        // A copy: a slice would hold on to the whole chunk.
        this.#pending = Buffer.from(bytes.subarray(keepFrom))
        return
      }
      this.#frame(bytes, from, at, bytes.toString('latin1', at + this.#nonce.length, lineEnd))
      from = lineEnd + 1
    }
    this.#pending = Buffer.alloc(0)
  }

  #frame(bytes: Buffer, from: number, at: number, line: string): void {
    const [, kind, index = '', first = '', second = ''] =
      /^ ([bed])(?: (\d+) (\d*)(?: (\d+))?)?$/.exec(line) ?? []
    if (kind === 'b') {
      // A step whose relay was killed has no end of its own.
      this.#keep(bytes.subarray(from, at))
      this.#end()
      if (Number(index) !== this.#next)
        throw new FrameError(`step ${index} began where ${this.#next} was due`)
      this.#current = this.#next
      this.#next += 1
      this.#events.onBegin(this.#current, Number(first), Number(second))
    } else if (kind === 'e') {
      if (Number(index) !== this.#current || first === '' || bytes[at - 1] !== LF || at === from) {
        throw new FrameError(`step ${index} ended out of turn`)
      }
      this.#keep(bytes.subarray(from, at - 1))
      this.#step().status = Number(first)
      this.#end()
    } else if (kind === 'd') {
      this.#keep(bytes.subarray(from, at))
      this.#end()
      if (this.#next !== this.steps.length)
        throw new FrameError(`only ${this.#next} of ${this.steps.length} steps ran`)
      this.done = true
      this.#events.onDone()
    } else throw new FrameError('a frame of no known kind')
  }

  #step(): Collected {
    return this.steps[this.#current ?? -1] as Collected
  }

  #end(): void {
    if (this.#current === undefined) return
    const index = this.#current
    this.#current = undefined
    this.#events.onEnd(index)
  }

  #keep(bytes: Buffer): void {
    if (this.#current === undefined || bytes.length === 0) return
    this.#step().output.append(bytes)
  }
}
