/** Waits until the promise settles, but no longer than that many seconds. Never rejects. */
export async function bounded(promise: Promise<unknown>, seconds: number): Promise<void> {
  const timeout = Promise.withResolvers<void>()
  const timer = setTimeout(timeout.resolve, seconds * 1000)
  await Promise.race([promise.catch(() => {}), timeout.promise])
  clearTimeout(timer)
}
