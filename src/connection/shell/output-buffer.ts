import type { MemoryBudget } from './memory-budget.ts'

/** First size of a buffer, in bytes. */
const FIRST = 1024

/**
 * Output of a step, copied into one buffer that grows up to a limit. What is kept does not depend on how the host cut it
 * into packets: chunks kept as they come cost some 600 bytes each, which a host may send for every single byte.
 */
export class OutputBuffer {
  truncated = false
  readonly #limit: number
  readonly #budget: MemoryBudget
  #buffer: Buffer = Buffer.alloc(0)
  #length = 0

  /** @param limit bytes of this output, beside what the budget allows all of them */
  constructor(limit: number, budget: MemoryBudget) {
    this.#limit = limit
    this.#budget = budget
  }

  append(bytes: Buffer): void {
    const room = this.#reserve(bytes.length)
    if (room < bytes.length) this.truncated = true
    bytes.copy(this.#buffer, this.#length, 0, room)
    this.#length += Math.min(room, bytes.length)
  }

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  /** The bytes, in memory of just that size, which no longer counts against the budget. */
  release(): Buffer {
    const bytes = this.#length === this.#buffer.length ? this.#buffer : Buffer.from(this.bytes)
    this.#budget.give(this.#buffer.length)
    this.#buffer = bytes.subarray(0, 0)
    this.#length = 0
    return bytes
  }

  /** Makes room by doubling, so that growing stays linear. @returns bytes that may be added, at most that many */
  #reserve(more: number): number {
    const free = this.#buffer.length - this.#length
    if (more <= free) return more
    const wanted = Math.min(this.#limit, Math.max(FIRST, 2 * this.#buffer.length, this.#length + more))
    const granted = this.#budget.take(Math.max(0, wanted - this.#buffer.length))
    if (granted > 0) {
      const grown = Buffer.allocUnsafeSlow(this.#buffer.length + granted)
      this.#buffer.copy(grown, 0, 0, this.#length)
      this.#buffer = grown
    }
    return Math.min(more, this.#buffer.length - this.#length)
  }
}
