import { ConnectionError } from './connection.ts'

/** An answer that is waited for. Settling it a second time does nothing. */
export interface Pending<T> {
  /** Nobody has settled it yet. What comes later has to be closed by whoever gets it. */
  readonly waiting: boolean
  resolve(answer: T): void
  reject(error: Error): void
}

interface Bounds {
  /** For messages. */
  readonly name: string
  readonly seconds: number
  readonly signal: AbortSignal | undefined
  /** Called when the time is over; gives the error. */
  readonly expired: () => Error
}

/**
 * Waits for an answer that comes by a callback, bounded in time: a host may take a request and never answer it. What
 * `start` throws is the answer too; after an abort it is not called any more.
 * @throws ConnectionError `cancelled` after an abort
 */
export function answerWithin<T>(
  { name, seconds, signal, expired }: Bounds,
  start: (pending: Pending<T>) => void,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  if (signal?.aborted) return Promise.reject(cancelled(name))
  let waiting = true
  const settle = (act: () => void) => {
    if (!waiting) return
    waiting = false
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
    act()
  }
  const pending: Pending<T> = {
    get waiting() {
      return waiting
    },
    resolve: (answer) => settle(() => resolve(answer)),
    reject: (error) => settle(() => reject(error)),
  }
  const onAbort = () => pending.reject(cancelled(name))
  const timer = setTimeout(() => pending.reject(expired()), seconds * 1000)
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    start(pending)
  } catch (error) {
    pending.reject(error as Error)
  }
  return promise
}

/** What a promise gives, unless the signal comes first. @throws ConnectionError `cancelled` after an abort */
export function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
  name: string,
): Promise<T> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(cancelled(name))
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

/** Whoever waited was told to stop. */
export function cancelled(name: string): ConnectionError {
  return new ConnectionError('cancelled', `${name}: cancelled`)
}
