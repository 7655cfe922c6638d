import { setTimeout as wait } from 'node:timers/promises'
import { cancelled } from './answer-within.ts'

/** How long to wait before the next try. */
export interface BackOff {
  /** The try that failed, from 1 on. */
  readonly attempt: number
  /** Seconds after the first one, doubled with each, and the most. */
  readonly first: number
  readonly longest: number
}

/**
 * Waits before another try: anything between half and the whole of the time, so that those who were refused together do
 * not knock together again.
 * @throws ConnectionError `cancelled` after an abort
 */
export async function backOff(
  name: string,
  { attempt, first, longest }: BackOff,
  signal: AbortSignal | undefined,
): Promise<void> {
  const seconds = Math.min(longest, first * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2)
  try {
    await wait(seconds * 1000, undefined, signal === undefined ? {} : { signal })
  } catch {
    throw cancelled(name)
  }
}
