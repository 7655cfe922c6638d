import { cancelled } from './answer-within.ts'
import { bounded } from './bounded.ts'
import type { ConnectionCounters } from './connection.ts'
import type { Transport } from './host-process.ts'

/** What a connection is at: it is given up when the connection closes, which waits for it to settle. */
export class Ongoing {
  readonly #transport: Transport
  readonly #closing = new AbortController()
  readonly #running = new Set<Promise<unknown>>()
  #closed: Promise<void> | undefined
  /** Requests that were sent so far. */
  requests = 0

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** What the connection has cost so far. */
  get counters(): ConnectionCounters {
    const { sent, received } = this.#transport.traffic()
    return { ...this.#transport.counters, requests: this.requests, bytesSent: sent, bytesReceived: received }
  }

  /** Does a work under a signal that is aborted with the caller's, or at the close. */
  async track<T>(signal: AbortSignal | undefined, work: (either: AbortSignal) => Promise<T>): Promise<T> {
    // One of its own for each call, so that no listener stays behind on a signal that lives as long as the run.
    const closing = this.#closing.signal
    const running = work(AbortSignal.any(signal === undefined ? [closing] : [signal, closing]))
    this.#running.add(running)
    try {
      return await running
    } finally {
      this.#running.delete(running)
    }
  }

  /** @throws ConnectionError when the work was given up before it began */
  refuseCancelled(signal: AbortSignal): void {
    if (signal.aborted) throw cancelled(this.#transport.label)
  }

  /**
   * Gives up what is going on, and closes the transport behind it; a second call waits for the first.
   * @param seconds for everything to settle
   * @param end ends the shells, once nothing goes on any more
   */
  close(seconds: number, end: () => void): Promise<void> {
    this.#closed ??= this.#close(seconds, end)
    return this.#closed
  }

  async #close(seconds: number, end: () => void): Promise<void> {
    this.#closing.abort()
    await bounded(Promise.allSettled(this.#running), seconds)
    end()
    await this.#transport.close()
  }
}
