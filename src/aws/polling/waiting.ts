import { setTimeout } from 'node:timers/promises'

/** Time as the waits of this folder see it, so that tests need not wait. */
export interface Clock {
  /** Milliseconds, never going back. */
  now(): number
  /** @throws the signal's reason when it is aborted */
  sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void>
}

export const systemClock: Clock = {
  now: () => performance.now(),
  async sleep(milliseconds, signal) {
    await setTimeout(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(
      (error: unknown) => {
        signal?.throwIfAborted()
        throw error
      },
    )
  },
}

export interface WaitOptions {
  readonly signal?: AbortSignal
  readonly clock?: Clock
}

/**
 * Delays that grow, each somewhere between half and all of its step, so that many controllers do not ask at once.
 * @param first, most milliseconds
 */
export function* backOff(first: number, most: number): Generator<number, never> {
  for (let step = first; ; step = Math.min(most, step * 1.6)) yield step * (0.5 + Math.random() / 2)
}
