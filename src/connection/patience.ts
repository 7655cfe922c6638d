import type { PushSource } from '../values/transfer.ts'
import { ConnectionError } from './connection.ts'

/** Bytes that a host has to take within the time: a chunk of any size would let a slow line look like a dead one. */
const PART = 1 << 18

/** Watches over a file that is being sent: `signal` aborts when the host took no part of it for some time. */
class Patience {
  /** The same bytes, in parts whose taking counts as a sign of life. */
  readonly source: PushSource
  readonly #controller = new AbortController()
  readonly #seconds: number
  #timer: NodeJS.Timeout | undefined

  /** @param seconds between two parts, and after the last one; the clock runs from the first */
  constructor(source: PushSource, seconds: number) {
    this.#seconds = seconds
    this.source = { ...source, read: () => this.#read(source) }
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** What is told of the host when the time was over. @param label the host, as messages name it */
  failure(label: string): ConnectionError {
    const message = `${label}: took no more of a file for ${this.#seconds} s`
    const hint = 'look at the disk of the host and at the network; muster_push_timeout sets the time'
    return new ConnectionError('timeout', message, { started: true, hint })
  }

  end(): void {
    clearTimeout(this.#timer)
  }

  async *#read(source: PushSource): AsyncIterable<Buffer> {
    for await (const chunk of source.read()) {
      for (let at = 0; at < chunk.length; at += PART) {
        this.#restart()
        yield chunk.subarray(at, at + PART)
      }
      // Reading the source itself is not the host's time.
      clearTimeout(this.#timer)
    }
    this.#restart()
  }

  #restart(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#controller.abort(), this.#seconds * 1000)
  }
}

/**
 * Sends a file with patience.
 * @param seconds as in {@link Patience}
 * @param label the host, as messages name it
 * @param work sends `patience.source`, and gives up when `within` aborts
 * @throws ConnectionError when the host took no more of it
 */
export async function patiently<T>(
  source: PushSource,
  {
    seconds,
    label,
    signal,
  }: { readonly seconds: number; readonly label: string; readonly signal: AbortSignal },
  work: (source: PushSource, within: AbortSignal) => Promise<T>,
): Promise<T> {
  const patience = new Patience(source, seconds)
  try {
    return await work(patience.source, AbortSignal.any([signal, patience.signal]))
  } catch (error) {
    if (!patience.signal.aborted) throw error
    throw patience.failure(label)
  } finally {
    patience.end()
  }
}
