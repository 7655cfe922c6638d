/** What one host may make muster hold of its output at once, in bytes: a few full outputs, whatever the number of steps. */
const MOST = 32 << 20

/** A bound on memory that several readers share. */
export class MemoryBudget {
  #left: number

  constructor(bytes = MOST) {
    this.#left = bytes
  }

  /** Takes as much of what is wanted as there is. @returns bytes granted, 0 when nothing is left */
  take(bytes: number): number {
    const granted = Math.min(bytes, this.#left)
    this.#left -= granted
    return granted
  }

  give(bytes: number): void {
    this.#left += bytes
  }
}
