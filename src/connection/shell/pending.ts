import { randomBytes } from 'node:crypto'
import type { Output } from '../../values/transfer.ts'
import type { Step } from '../connection.ts'
import type { Collected, FrameReader } from './frame-reader.ts'
import type { RequestMarks } from './frames.ts'
import type { Running } from './kill.ts'

/** One request on its way. */
export interface Pending {
  readonly steps: readonly Step[]
  readonly readers: readonly [stdout: FrameReader, stderr: FrameReader]
  readonly began: number[]
  readonly seconds: number[]
  readonly timedOut: Set<number>
  readonly settled: PromiseWithResolvers<Output[]>
  /** Resolves at the first frame. */
  readonly speaks: PromiseWithResolvers<void>
  running: Running | undefined
  timer: NodeJS.Timeout | undefined
  /** It is being killed; the end of the shell is expected. */
  aborted: boolean
}

/** Marks that nothing on the host can foresee. */
export function newMarks(): RequestMarks {
  return { nonce: randomBytes(16).toString('hex'), stop: randomBytes(16).toString('hex') }
}

/** What each step left behind, once all frames are there; their memory is given back. */
export function outputs(pending: Pending): Output[] {
  const [stdout, stderr] = pending.readers
  return pending.steps.map((_, index) => {
    const timedOut = pending.timedOut.has(index)
    const out = stdout.steps[index] as Collected
    const err = stderr.steps[index] as Collected
    return {
      rc: timedOut ? null : out.status,
      truncated: out.output.truncated || err.output.truncated,
      stdout: out.output.release(),
      stderr: err.output.release(),
      seconds: pending.seconds[index] ?? 0,
      timedOut,
    }
  })
}
