/** Waits, or ends early when the signal is aborted; it is for the caller to look at the signal. */
export function pause(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', finish)
      resolve()
    }
    const timer = setTimeout(finish, seconds * 1000)
    signal.addEventListener('abort', finish, { once: true })
  })
}
