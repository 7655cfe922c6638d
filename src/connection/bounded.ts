/**
 * Waits until the promise settles, but no longer than that many seconds. Never rejects.
 *
 * @returns whether it settled in that time
 */
export async function bounded(promise: Promise<unknown>, seconds: number): Promise<boolean> {
  const timeout = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => timeout.resolve(false), seconds * 1000)
  const settled = promise.then(
    () => true,
    () => true,
  )
  const inTime = await Promise.race([settled, timeout.promise])
  clearTimeout(timer)
  return inTime
}
