import type { AwsClients } from './clients.ts'
import { AwsFailure } from './errors.ts'
import { describeNodes, type NodeInformation } from './nodes.ts'
import { backOff, type Clock, systemClock } from './waiting.ts'

export interface OnlineOptions {
  /** How long to wait, milliseconds from now. */
  readonly patience: number
  readonly signal?: AbortSignal
  readonly clock?: Clock
}

export interface OnlineAnswer {
  readonly online: ReadonlyMap<string, NodeInformation>
  /** Not Online in time, with what was last seen; undefined where Systems Manager did not know the id. */
  readonly missing: ReadonlyMap<string, NodeInformation | undefined>
}

/** Someone who waits for one node. */
interface Waiter {
  readonly id: string
  readonly deadline: number
  readonly clock: Clock
  readonly settle: (found: NodeInformation | undefined, online: boolean) => void
  readonly fail: (error: unknown) => void
}

/** One poll for all who wait with the same clients, whichever host they wait for. */
const polls = new WeakMap<AwsClients, Poll>()

/**
 * Waits until Systems Manager says that the nodes are Online. Whoever waits at the same time with the same clients
 * shares the calls: one for each 50 nodes and turn, with back-off and jitter, sooner again when a node joins.
 * Throttling and passing failures are waited out; any other is everybody's.
 * @throws AwsFailure; the signal's reason
 */
export async function waitOnline(
  clients: AwsClients,
  ids: Iterable<string>,
  { patience, signal, clock = systemClock }: OnlineOptions,
): Promise<OnlineAnswer> {
  signal?.throwIfAborted()
  let poll = polls.get(clients)
  if (poll === undefined) {
    poll = new Poll(clients)
    polls.set(clients, poll)
  }
  const online = new Map<string, NodeInformation>()
  const missing = new Map<string, NodeInformation | undefined>()
  const deadline = clock.now() + patience
  const joined = [...new Set(ids)].map((id) => poll.join(id, deadline, clock))
  const leave = () => {
    for (const { waiter } of joined) waiter.fail(signal?.reason)
  }
  signal?.addEventListener('abort', leave, { once: true })
  try {
    for (const { id, found, isOnline } of await Promise.all(joined.map(({ answer }) => answer))) {
      if (isOnline) online.set(id, found!)
      else missing.set(id, found)
    }
  } finally {
    signal?.removeEventListener('abort', leave)
  }
  return { online, missing }
}

class Poll {
  readonly #clients: AwsClients
  readonly #waiters = new Set<Waiter>()
  #wake: AbortController | undefined
  #running = false

  constructor(clients: AwsClients) {
    this.#clients = clients
  }

  join(id: string, deadline: number, clock: Clock) {
    const { promise, resolve, reject } = Promise.withResolvers<{
      readonly id: string
      readonly found: NodeInformation | undefined
      readonly isOnline: boolean
    }>()
    const waiter: Waiter = {
      id,
      deadline,
      clock,
      settle: (found, isOnline) => {
        this.#waiters.delete(waiter)
        resolve({ id, found, isOnline })
      },
      fail: (error) => {
        this.#waiters.delete(waiter)
        if (this.#waiters.size === 0) this.#wake?.abort()
        reject(error)
      },
    }
    this.#waiters.add(waiter)
    this.#wake?.abort()
    if (!this.#running) {
      this.#running = true
      // In a turn of its own, so that all who join in this one are asked about together.
      queueMicrotask(() => this.#run())
    }
    return { waiter, answer: promise }
  }

  async #run(): Promise<void> {
    let delays = backOff(1000, 15_000)
    let known = this.#waiters.size
    while (this.#waiters.size > 0) {
      await this.#turn()
      const [some] = this.#waiters
      if (some === undefined) break
      if (this.#waiters.size > known) delays = backOff(1000, 15_000)
      known = this.#waiters.size
      const soonest = Math.min(...[...this.#waiters].map(({ deadline, clock }) => deadline - clock.now()))
      this.#wake = new AbortController()
      await some.clock
        .sleep(Math.max(0, Math.min(delays.next().value, soonest)), this.#wake.signal)
        .catch(() => undefined)
      this.#wake = undefined
    }
    this.#running = false
  }

  /** Asks about all nodes that are waited for, and settles those that are Online or have had their time. */
  async #turn(): Promise<void> {
    const asked = [...this.#waiters]
    let nodes = new Map<string, NodeInformation>()
    let failure: unknown
    try {
      nodes = await describeNodes(
        this.#clients,
        asked.map(({ id }) => id),
      )
    } catch (error) {
      failure = error
    }
    for (const waiter of asked) {
      if (!this.#waiters.has(waiter)) continue
      const node = nodes.get(waiter.id)
      const late = waiter.clock.now() >= waiter.deadline
      if (node?.pingStatus === 'Online') waiter.settle(node, true)
      else if (failure !== undefined && (late || !isPassing(failure))) waiter.fail(failure)
      else if (late) waiter.settle(node, false)
    }
  }
}

function isPassing(failure: unknown): boolean {
  return failure instanceof AwsFailure && failure.passing
}
