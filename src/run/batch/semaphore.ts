import pLimit, { type LimitFunction } from 'p-limit'

/**
 * Places for hosts that are worked on at once (`forks`). A host gives its place back while it waits for the others
 * of its batch, so that a batch larger than the number of places cannot stand still.
 */
export class Semaphore {
  readonly #limit: LimitFunction

  constructor(places: number) {
    this.#limit = pLimit(places)
  }

  /** Waits for a place; the function given back frees it. */
  take(): Promise<() => void> {
    return new Promise((granted) => {
      void this.#limit(() => new Promise<void>((release) => granted(release)))
    })
  }
}
