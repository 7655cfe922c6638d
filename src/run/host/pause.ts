import { setTimeout as wait } from 'node:timers/promises'

/** Waits, or ends early when the signal is aborted; it is for the caller to look at the signal. */
export async function pause(seconds: number, signal: AbortSignal): Promise<void> {
  // The one error there is tells of the abort.
  await wait(seconds * 1000, undefined, { signal }).catch(() => {})
}
