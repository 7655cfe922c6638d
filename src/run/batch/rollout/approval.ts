import { stat } from 'node:fs/promises'
import { pause } from '../../host/pause.ts'
import type { Approval } from './plan-rollout.ts'

/** Seconds between two looks at the approval file. */
const LOOK = 0.5

/**
 * Waits until somebody approves: makes or touches the file, or sends SIGUSR2 to this process.
 * @param announce tells people; what they do from then on counts
 * @returns false when the time is over, or the signal aborted
 */
export async function approved(
  { file, timeout }: Approval,
  signal: AbortSignal,
  announce: () => void,
): Promise<boolean> {
  const before = await touched(file)
  const until = timeout === undefined ? undefined : performance.now() + timeout * 1000
  const state = { signalled: false }
  const listen = () => {
    state.signalled = true
  }
  process.on('SIGUSR2', listen)
  try {
    announce()
    for (;;) {
      if (signal.aborted) return false
      const now = await touched(file)
      if (state.signalled || (now !== undefined && now !== before)) return true
      if (until !== undefined && performance.now() >= until) return false
      await pause(LOOK, signal)
    }
  } finally {
    process.removeListener('SIGUSR2', listen)
  }
}

/** When the file was last written; undefined while it is not there. A file of an earlier rollout approves nothing. */
async function touched(file: string | undefined): Promise<bigint | undefined> {
  if (file === undefined) return undefined
  try {
    return (await stat(file, { bigint: true })).mtimeNs
  } catch {
    return undefined
  }
}
