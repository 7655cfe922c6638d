import { exceeded } from '../../playbook/plays/max-fail.ts'

/** How many hosts may be lost. */
export interface LossLimits {
  /** Of the batch. */
  readonly maxFailPercentage?: number | undefined
  /** Says why no more may be lost in the run; asked after each loss. */
  readonly overBudget?: () => string | undefined
}

/** The hosts that a batch has lost, and whether those are too many. */
export class Losses {
  readonly #size: number
  readonly #limits: LossLimits
  readonly #hosts = new Set<string>()
  #reason: string | undefined

  /** @param size hosts of the batch at its beginning */
  constructor(size: number, limits: LossLimits) {
    this.#size = size
    this.#limits = limits
  }

  get hosts(): readonly string[] {
    return [...this.#hosts]
  }

  /** Why the batch must stop, or undefined. */
  get reason(): string | undefined {
    return this.#reason
  }

  /** Counts a failed or unreachable host. Gives the reason to stop when this one is the first too many. */
  add(host: string): string | undefined {
    this.#hosts.add(host)
    if (this.#reason !== undefined) return undefined
    this.#reason = this.#overPercentage() ?? this.#limits.overBudget?.()
    return this.#reason
  }

  #overPercentage(): string | undefined {
    const limit = this.#limits.maxFailPercentage
    const lost = this.#hosts.size
    if (limit === undefined || !exceeded(lost, this.#size, limit)) return undefined
    return `${lost} of ${this.#size} hosts of the batch failed or were unreachable, more than max_fail_percentage ${limit} allows`
  }
}
