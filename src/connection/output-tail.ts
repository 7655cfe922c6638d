/** Most bytes of what a login says before its shell speaks: enough for any error message. */
const MOST = 4096

/** The last bytes of a stream that nobody reads, kept for an explanation in case there is need of one. */
export class OutputTail {
  #bytes: Buffer = Buffer.alloc(0)

  push(chunk: Buffer): void {
    this.#bytes = Buffer.from(Buffer.concat([this.#bytes, chunk]).subarray(-MOST))
  }

  get bytes(): Buffer {
    return this.#bytes
  }
}
