import { ConnectionError } from '../../connection/connection.ts'
import type { Reconnection } from '../../modules/module.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { pause } from './pause.ts'

/** Seconds that a host has for its answer, at least: it may be busy booting. */
const PATIENCE = 10

/** The way to the host. */
interface Way {
  /** Connects where there is no connection, and asks. */
  ask(within: AbortSignal): Promise<unknown>
  /** Gives up the connection. */
  drop(): void
}

/** Asks until the answer is wanted. @throws TaskFailure when the time is over */
export async function reconnecting(
  { wanted, delay, sleep, attempt, timeout }: Reconnection,
  signal: AbortSignal,
  way: Way,
): Promise<unknown> {
  const started = performance.now()
  const elapsed = () => (performance.now() - started) / 1000
  await pause(delay, signal)
  for (;;) {
    let why = 'it does not answer as wanted yet'
    try {
      const answers = await askOnce(way, attempt, signal)
      if (wanted(answers)) return answers
    } catch (error) {
      if (signal.aborted || !(error instanceof ConnectionError || error instanceof TaskFailure)) throw error
      why = error.message
      way.drop()
    }
    if (elapsed() >= timeout)
      throw new TaskFailure(`timed out waiting for the host after ${timeout} s: ${why}`, {
        result: { elapsed: Math.floor(elapsed()) },
        hint: 'look at its console; where it only takes long, give it more time',
      })
    await pause(Math.max(0, Math.min(sleep, timeout - elapsed())), signal)
  }
}

async function askOnce(way: Way, attempt: number, signal: AbortSignal): Promise<unknown> {
  const patience = Math.max(attempt, PATIENCE) * 1000
  const over = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => over.reject(new ConnectionError('timeout', `no answer within ${patience / 1000} s`)),
    attempt * 1000 + patience,
  )
  try {
    const asking = way.ask(AbortSignal.any([signal, AbortSignal.timeout(attempt * 1000)]))
    // The loser of the race may fail later, when nobody listens any more.
    asking.catch(() => {})
    return await Promise.race([asking, over.promise])
  } finally {
    clearTimeout(timer)
  }
}
