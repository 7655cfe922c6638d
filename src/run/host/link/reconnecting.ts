import { ConnectionError } from '../../../connection/connection.ts'
import type { Reconnection } from '../../../modules/module.ts'
import { TaskFailure } from '../../../values/task-failure.ts'
import type { HostLink } from '../host-link.ts'
import type { Identity } from '../identity.ts'
import { pause } from '../pause.ts'

/** Seconds that a host has for its answer, at least: it may be busy booting. */
const PATIENCE = 10

/**
 * Waits until the host is reached and answers as wanted, with a new connection after each failure, whatever its cause: a
 * machine that boots refuses users before it lets them in.
 * @throws TaskFailure when the time is over
 */
export async function reconnecting(
  link: HostLink,
  identity: Identity,
  again: Reconnection,
  signal: AbortSignal,
): Promise<unknown> {
  const { wanted, delay, sleep, timeout } = again
  const started = performance.now()
  const elapsed = () => (performance.now() - started) / 1000
  await pause(delay, signal)
  for (;;) {
    let why = 'it does not answer as wanted yet'
    try {
      const answers = await askOnce(link, identity, again, signal)
      if (wanted(answers)) return answers
    } catch (error) {
      if (signal.aborted || !(error instanceof ConnectionError || error instanceof TaskFailure)) throw error
      why = error.message
      // Nobody waits for a host that is gone to say goodbye.
      void link.drop().catch(() => {})
    }
    if (elapsed() >= timeout)
      throw new TaskFailure(`timed out waiting for the host after ${timeout} s: ${why}`, {
        result: { elapsed: Math.floor(elapsed()) },
        hint: 'look at its console; where it only takes long, give it more time',
      })
    await pause(Math.max(0, Math.min(sleep, timeout - elapsed())), signal)
  }
}

async function askOnce(
  link: HostLink,
  identity: Identity,
  { attempt, probes }: Reconnection,
  signal: AbortSignal,
): Promise<unknown> {
  const patience = Math.max(attempt, PATIENCE)
  const over = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => over.reject(new ConnectionError('timeout', `no answer within ${patience} s`)),
    (attempt + patience) * 1000,
  )
  const ask = async () => {
    await link.connect(AbortSignal.any([signal, AbortSignal.timeout(attempt * 1000)]))
    return link.lookAnew(identity, probes)
  }
  try {
    const asking = ask()
    // The loser of the race may fail later, when nobody listens any more.
    asking.catch(() => {})
    return await Promise.race([asking, over.promise])
  } finally {
    clearTimeout(timer)
  }
}
