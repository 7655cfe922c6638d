import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

/** What happens to a connection that is accepted. */
type Fate = 'pass' | 'reset'

/**
 * A TCP proxy on 127.0.0.1 that does to connections what networks do. Everything can be switched while connections
 * are open; bytes that are held back are delivered in order later.
 */
export class FaultProxy {
  /** Milliseconds each direction is delayed. */
  delay = 0
  accepted = 0
  /**
   * Round trips that the client waited for: the longest chain of "heard that, then said this". With a delay, what both
   * sides say of their own accord crosses on the way and does not count.
   */
  roundTrips = 0
  readonly #target: number
  readonly #server: Server
  readonly #pairs = new Set<readonly [client: Socket, target: Socket]>()
  readonly #fates: Fate[] = []
  #silent = false
  /** The round trips behind what has been delivered to either side. */
  readonly #behind = { client: 0, target: 0 }
  #held: PromiseWithResolvers<void> | undefined

  private constructor(target: number) {
    this.#target = target
    // Half-open, so that a FIN goes one way only.
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#accept(client))
  }

  /** @param target port on 127.0.0.1 */
  static async start(target: number): Promise<FaultProxy> {
    const proxy = new FaultProxy(target)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#pairs.size
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** The next connections are reset as soon as they are accepted, as sshd's MaxStartups does. */
  dropNext(count: number): void {
    for (let index = 0; index < count; index += 1) this.#fates.push('reset')
  }

  /** RST to both ends. */
  reset(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.resetAndDestroy()
  }

  /** FIN to the client, as a host that shuts down in order. */
  finish(): void {
    for (const [client] of this.#pairs) client.end()
  }

  /** Takes everything and delivers nothing, for ever: a black hole. */
  blackHole(): void {
    this.#silent = true
  }

  /** Holds everything back until {@link resume}. */
  stall(): void {
    this.#held ??= Promise.withResolvers()
  }

  resume(): void {
    this.#held?.resolve()
    this.#held = undefined
  }

  async close(): Promise<void> {
    this.resume()
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #accept(client: Socket): void {
    this.accepted += 1
    client.on('error', () => {})
    if (this.#fates.shift() === 'reset') {
      client.resetAndDestroy()
      return
    }
    const target = connect({ port: this.#target, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
    const pair = [client, target] as const
    this.#pairs.add(pair)
    target.on('error', () => client.destroy())
    client.on('close', () => {
      target.destroy()
      this.#pairs.delete(pair)
    })
    target.on('close', () => client.end())
    this.#forward(client, target, () => {
      const trips = this.#behind.client + 1
      this.roundTrips = Math.max(this.roundTrips, trips)
      return () => {
        this.#behind.target = Math.max(this.#behind.target, trips)
      }
    })
    this.#forward(target, client, () => {
      const trips = this.#behind.target
      return () => {
        this.#behind.client = Math.max(this.#behind.client, trips)
      }
    })
  }

  /** @param sent called for each chunk; what it gives, when the chunk is delivered */
  #forward(from: Socket, to: Socket, sent: () => () => void): void {
    // Each chunk waits for the one before it, so that order is kept while several are on their way.
    let last: Promise<unknown> = Promise.resolve()
    const deliver = (action: () => void) => {
      const due = this.delay > 0 ? wait(this.delay) : undefined
      last = Promise.all([last, due, this.#held?.promise]).then(() => {
        if (!this.#silent && !to.destroyed) action()
      })
    }
    from.on('data', (chunk: Buffer) => {
      const delivered = sent()
      deliver(() => {
        to.write(chunk)
        delivered()
      })
    })
    from.on('end', () => deliver(() => to.end()))
  }
}
