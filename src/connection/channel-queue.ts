import pLimit from 'p-limit'
import { unlessAborted } from './answer-within.ts'
import type { HostProcess, OpenOptions } from './host-process.ts'

/**
 * Channels at once. sshd allows 10 sessions a connection, but those that were closed linger: from 7 at once on, opens
 * were refused (measured over 500 execs); one more than this is left for killing.
 */
const MOST_CHANNELS = 5

/** Opens so many processes of one connection at a time; the others wait for the end of one. */
export class ChannelQueue {
  readonly #label: string
  readonly #limit = pLimit(MOST_CHANNELS)

  /** @param label for messages */
  constructor(label: string) {
    this.#label = label
  }

  /** @throws ConnectionError `cancelled` after an abort, also while it waits; and what `start` throws */
  open(options: OpenOptions, start: () => Promise<HostProcess>): Promise<HostProcess> {
    const { urgent, signal } = options
    if (urgent) return start()
    const opened = Promise.withResolvers<HostProcess>()
    void this.#limit(async () => {
      if (signal?.aborted) return
      try {
        const process = await start()
        opened.resolve(process)
        await process.ended
      } catch (error) {
        opened.reject(error)
      }
    })
    return unlessAborted(opened.promise, signal, this.#label)
  }
}
