import type { Output, PushSource } from '../values/transfer.ts'
import { bounded } from './bounded.ts'
import {
  type Become,
  type Connection,
  type ConnectionCounters,
  ConnectionError,
  type Step,
} from './connection.ts'
import type { Transport } from './host-process.ts'
import { identityKey } from './identity.ts'
import { killScript } from './kill.ts'
import { stream } from './push.ts'
import { ResidentShell, type Running } from './resident-shell.ts'
import { receiveInto, start } from './start.ts'

/** Resident shells kept at once. The rest of a connection's channels is for pushes and for killing. */
const MOST_SHELLS = 3

/** Seconds for a step to be killed from a second channel. */
const KILL_TIMEOUT = 5

/** Seconds for everything to end when the connection is closed. */
const CLOSE_TIMEOUT = 8

/** The resident shell of one identity, and the end of the queue before it. */
interface ShellSlot {
  shell: ResidentShell | undefined
  queue: Promise<void>
  waiting: number
}

export interface HostConnectionOptions {
  /** Seconds for a shell to speak and for sudo to ask. */
  readonly startTimeout: number
}

/** A connection to one host over any transport: resident shells an identity, pushes beside them. */
export class HostConnection implements Connection {
  readonly #transport: Transport
  readonly #options: HostConnectionOptions
  readonly #seats = new Map<string, ShellSlot>()
  readonly #closing = new AbortController()
  /** What has to settle before the connection is closed. */
  readonly #running = new Set<Promise<unknown>>()
  #requests = 0
  #closed: Promise<void> | undefined

  constructor(transport: Transport, options: HostConnectionOptions) {
    this.#transport = transport
    this.#options = options
  }

  get counters(): ConnectionCounters {
    const { sent, received } = this.#transport.traffic()
    return { ...this.#transport.counters, requests: this.#requests, bytesSent: sent, bytesReceived: received }
  }

  request(become: Become | undefined, steps: readonly Step[], signal?: AbortSignal): Promise<Output[]> {
    if (steps.length === 0) return Promise.resolve([])
    return this.#track(signal, async (either) => {
      const seat = this.#seat(become)
      const before = seat.queue
      const over = Promise.withResolvers<void>()
      seat.queue = over.promise
      seat.waiting += 1
      try {
        await Promise.race([before, aborted(either)])
        this.#refuseCancelled(either)
        const shell = await this.#shellOf(seat, become)
        this.#refuseCancelled(either)
        this.#requests += 1
        return await shell.request(steps, either)
      } finally {
        seat.waiting -= 1
        this.#evict()
        // Given up while others ran: the next one still has to wait for them.
        void before.then(over.resolve)
      }
    })
  }

  push(become: Become | undefined, source: PushSource, path: string, signal?: AbortSignal): Promise<Output> {
    return this.#track(signal, async (either) => {
      this.#refuseCancelled(either)
      const process = await start(this.#transport, become, receiveInto(path), this.#options.startTimeout)
      return stream(process, this.#transport.label, source, either)
    })
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    this.#closing.abort()
    await bounded(Promise.allSettled(this.#running), CLOSE_TIMEOUT)
    for (const seat of this.#seats.values()) seat.shell?.end()
    await this.#transport.close()
  }

  async #track<T>(signal: AbortSignal | undefined, work: (either: AbortSignal) => Promise<T>): Promise<T> {
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

  #refuseCancelled(signal: AbortSignal): void {
    if (signal.aborted) throw new ConnectionError('cancelled', `${this.#transport.label}: cancelled`)
  }

  #seat(become: Become | undefined): ShellSlot {
    const key = identityKey(become)
    const seat = this.#seats.get(key) ?? { shell: undefined, queue: Promise.resolve(), waiting: 0 }
    // Moved to the end: the first in the map was used the longest ago.
    this.#seats.delete(key)
    this.#seats.set(key, seat)
    return seat
  }

  async #shellOf(seat: ShellSlot, become: Become | undefined): Promise<ResidentShell> {
    if (seat.shell !== undefined && !seat.shell.dead) return seat.shell
    seat.shell = await this.#start(become)
    return seat.shell
  }

  /** Ends the shell that was used the longest ago when there are too many, so that others get its channel. */
  #evict(): void {
    const seated = [...this.#seats.values()].filter(({ shell }) => shell !== undefined && !shell.dead)
    const idle = seated.find(({ waiting }) => waiting === 0)
    if (seated.length <= MOST_SHELLS || idle === undefined) return
    idle.shell?.end()
    idle.shell = undefined
  }

  async #start(become: Become | undefined, urgent = false): Promise<ResidentShell> {
    const { startTimeout } = this.#options
    const process = await start(this.#transport, become, { script: null }, startTimeout, urgent)
    return new ResidentShell(process, {
      label: this.#transport.label,
      become,
      startTimeout,
      kill: (running, everything) => this.#kill(become, running, everything),
    })
  }

  /** From a shell of its own: the resident one is busy. A host that cannot be reached any more is none of its business. */
  async #kill(become: Become | undefined, running: Running, everything: boolean): Promise<void> {
    const killing = this.#start(become, true).then(async (shell) => {
      await shell.request([{ script: killScript(become, running, everything), contained: true }])
      shell.end()
    })
    await bounded(killing, KILL_TIMEOUT)
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
