/** Most bytes of what a login says before its shell speaks: enough for any error message. */
const MOST = 4096

/** The last bytes of a stream that nobody reads, kept for an explanation in case there is need of one. */
export class OutputTail {
  /** Twice the size, so that old bytes are moved out of the way once in a while and not for every chunk. */
  readonly #buffer = Buffer.alloc(2 * MOST)
  #length = 0

  push(chunk: Buffer): void {
    const part = chunk.subarray(-MOST)
    if (this.#length + part.length > this.#buffer.length) {
      this.#buffer.copyWithin(0, this.#length - MOST, this.#length)
      this.#length = MOST
    }
    this.#length += part.copy(this.#buffer, this.#length)
  }

  /** At most the last 4096 bytes; valid until the next push. */
  get bytes(): Buffer {
    return this.#buffer.subarray(Math.max(0, this.#length - MOST), this.#length)
  }
}
