import { CommonError } from './errors.ts'
import type { Rate } from './settings.ts'

interface Bucket {
  level: number
  filled: number
}

/** A token bucket an operation, as AWS's API throttling works. */
export class Throttle {
  readonly #buckets = new Map<string, Bucket>()

  /**
   * Counts a call.
   * @param now milliseconds
   * @throws CommonError `throttled` when the bucket is empty
   */
  take(operation: string, rate: Rate | undefined, now: number): void {
    if (rate === undefined) {
      this.#buckets.delete(operation)
      return
    }
    const bucket = this.#buckets.get(operation) ?? { level: rate.burst, filled: now }
    bucket.level = Math.min(
      rate.burst,
      bucket.level + (Math.max(0, now - bucket.filled) / 1000) * rate.perSecond,
    )
    bucket.filled = now
    this.#buckets.set(operation, bucket)
    if (bucket.level < 1) throw new CommonError('throttled', 'Rate exceeded')
    bucket.level -= 1
  }
}
