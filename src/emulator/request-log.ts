import type { Needed } from './auth/evaluate.ts'

/** One request, without anything secret in it. */
export interface RequestEntry {
  /** Milliseconds since the epoch, this machine's clock. */
  readonly time: number
  /** `ssm:CreateActivation`; `-` when it could not be told. */
  readonly operation: string
  /** `administrator`, a user's name, a managed node's id, or `anonymous`. */
  readonly principal: string
  /** Id of the key that signed; null where nobody did, or not rightly. */
  readonly accessKeyId: string | null
  readonly status: number
  /** AWS's error code, or null for success. */
  readonly error: string | null
  /** What its policies were asked for; empty where none had to be. */
  readonly needs: readonly Needed[]
}

/** Entries kept; the counts go on beyond them. */
const KEPT = 10_000

/** What was asked of the cloud: for tests that assert how many API calls a run makes. */
export class RequestLog {
  #entries: RequestEntry[] = []
  readonly #counts = new Map<string, number>()

  add(entry: RequestEntry): void {
    this.#counts.set(entry.operation, (this.#counts.get(entry.operation) ?? 0) + 1)
    this.#entries.push(entry)
    if (this.#entries.length > 2 * KEPT) this.#entries = this.#entries.slice(-KEPT)
  }

  /** The newest entries, oldest first. */
  entries(): readonly RequestEntry[] {
    return this.#entries.slice(-KEPT)
  }

  /** Operation -> requests since the start, refused ones included. */
  counts(): Record<string, number> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)))
  }
}
