import { EXIT } from '../../run/exit-code.ts'

/** What asks muster to stop: Ctrl-C, a supervisor, a terminal that was closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** One Ctrl-C may arrive twice: from the terminal, and from the npm or the muster.js that started this process. */
const SAME_PRESS_MILLISECONDS = 500

/** Set until disposed of: the first signal aborts, and leaves time to clean up; one that comes later ends at once. */
export interface Interruption extends Disposable {
  readonly signal: AbortSignal
}

/**
 * Listens for what asks muster to stop.
 * @param next what to do after a second signal, which leaves no time to clean up
 */
export function listenForInterruption(
  next = 'the next run deletes an activation that was left',
): Interruption {
  const controller = new AbortController()
  let first: number | undefined
  // Never `once`: libraries that restore the cursor end the process when no other listener is left.
  const onSignal = () => {
    first ??= performance.now()
    if (!controller.signal.aborted) return controller.abort(new Error('interrupted'))
    if (performance.now() - first < SAME_PRESS_MILLISECONDS) return
    process.stderr.write(`muster: ended at once; ${next}\n`)
    process.exit(EXIT.interrupted)
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const signal of SIGNALS) process.removeListener(signal, onSignal)
    },
  }
}
