import { setTimeout as sleep } from 'node:timers/promises'
import type { AwsClients } from '../../aws/clients.ts'
import { describeNodes, type NodeInformation } from '../../aws/nodes.ts'

/** Milliseconds between two looks: first, and at most. */
const FIRST_PAUSE = 500
const LONGEST_PAUSE = 15_000

interface Waiting {
  readonly seen: (node: NodeInformation | undefined) => boolean
  readonly fail: (error: unknown) => void
}

/**
 * Asks Systems Manager for all nodes of a batch that are waited for, in one paged call a look, with growing pauses:
 * a thousand hosts that wait cost as many calls as one.
 */
export class OnlineWatch {
  readonly #clients: AwsClients
  readonly #waiting = new Map<string, Waiting>()
  #looking = false

  constructor(clients: AwsClients) {
    this.#clients = clients
  }

  /**
   * Resolves with the node once it is Online, or with its last known state when `seconds` have passed.
   * Rejects when the signal is aborted or the API refuses.
   */
  online(id: string, seconds: number, signal: AbortSignal): Promise<NodeInformation | undefined> {
    const deadline = performance.now() + seconds * 1000
    return new Promise((resolve, reject) => {
      const done = (settle: () => void): true => {
        this.#waiting.delete(id)
        signal.removeEventListener('abort', abort)
        settle()
        return true
      }
      const abort = () => done(() => reject(signal.reason))
      signal.addEventListener('abort', abort, { once: true })
      this.#waiting.set(id, {
        seen: (node) =>
          node?.pingStatus === 'Online' || performance.now() > deadline ? done(() => resolve(node)) : false,
        fail: (error) => done(() => reject(error)),
      })
      if (!this.#looking) void this.#look()
    })
  }

  async #look(): Promise<void> {
    this.#looking = true
    let pause = FIRST_PAUSE
    while (this.#waiting.size > 0) {
      try {
        const nodes = await describeNodes(this.#clients, [...this.#waiting.keys()])
        for (const [id, waiting] of [...this.#waiting]) waiting.seen(nodes.get(id))
      } catch (error) {
        for (const waiting of [...this.#waiting.values()]) waiting.fail(error)
      }
      if (this.#waiting.size === 0) break
      // Jitter, so that several controllers do not ask in step.
      await sleep(pause * (0.75 + Math.random() / 2))
      pause = Math.min(LONGEST_PAUSE, pause * 1.5)
    }
    this.#looking = false
  }
}
