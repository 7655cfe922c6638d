import { backOff, type Clock } from './waiting.ts'

/** Someone who waits for an answer that is good. */
interface Waiter<Question, Answer> {
  readonly question: Question
  readonly deadline: number
  readonly clock: Clock
  readonly settle: (settled: Settled<Answer>) => void
  readonly fail: (error: unknown) => void
}

/** How a wait ended: `good`, or late with the answer that came last. */
export interface Settled<Answer> {
  readonly answer: Answer | undefined
  readonly good: boolean
}

/** What a poll asks, and when it is content. */
export interface Asking<Question, Answer> {
  /** Asks for all questions together; undefined where there is no answer. */
  ask(questions: readonly Question[]): Promise<readonly (Answer | undefined)[]>
  isGood(answer: Answer | undefined, question: Question): boolean
  /** The failure may pass, so it is waited out. */
  isPassing(failure: unknown): boolean
}

/**
 * One poll for all who wait for the same kind of thing, whichever host they wait for: it asks for them together, with
 * back-off and jitter, sooner again when someone joins. A failure that does not pass is everybody's.
 */
export class SharedPoll<Question, Answer> {
  readonly #asking: Asking<Question, Answer>
  readonly #waiters = new Set<Waiter<Question, Answer>>()
  #wake: AbortController | undefined
  #running = false

  constructor(asking: Asking<Question, Answer>) {
    this.#asking = asking
  }

  /**
   * Waits until the answers are good or the patience is over; there is one look at least.
   * @param patience milliseconds from now
   * @throws what asking throws; the signal's reason
   */
  async wait(
    questions: readonly Question[],
    options: { readonly patience: number; readonly signal: AbortSignal | undefined; readonly clock: Clock },
  ): Promise<Settled<Answer>[]> {
    const { patience, signal, clock } = options
    signal?.throwIfAborted()
    const deadline = clock.now() + patience
    const joined = questions.map((question) => this.#join(question, deadline, clock))
    const leave = () => {
      for (const { waiter } of joined) waiter.fail(signal?.reason)
    }
    signal?.addEventListener('abort', leave, { once: true })
    try {
      return await Promise.all(joined.map(({ answer }) => answer))
    } finally {
      signal?.removeEventListener('abort', leave)
    }
  }

  #join(question: Question, deadline: number, clock: Clock) {
    const { promise, resolve, reject } = Promise.withResolvers<Settled<Answer>>()
    const waiter: Waiter<Question, Answer> = {
      question,
      deadline,
      clock,
      settle: (settled) => {
        this.#waiters.delete(waiter)
        resolve(settled)
      },
      fail: (error) => {
        this.#waiters.delete(waiter)
        if (this.#waiters.size === 0) this.#wake?.abort()
        reject(error)
      },
    }
    this.#waiters.add(waiter)
    this.#wake?.abort()
    if (!this.#running) {
      this.#running = true
      // In a turn of its own, so that all who join in this one are asked about together.
      queueMicrotask(() => this.#run())
    }
    return { waiter, answer: promise }
  }

  async #run(): Promise<void> {
    let delays = backOff(1000, 15_000)
    let known = this.#waiters.size
    while (this.#waiters.size > 0) {
      await this.#turn()
      const [some] = this.#waiters
      if (some === undefined) break
      if (this.#waiters.size > known) delays = backOff(1000, 15_000)
      known = this.#waiters.size
      const soonest = Math.min(...[...this.#waiters].map(({ deadline, clock }) => deadline - clock.now()))
      this.#wake = new AbortController()
      await some.clock
        .sleep(Math.max(0, Math.min(delays.next().value, soonest)), this.#wake.signal)
        .catch(() => undefined)
      this.#wake = undefined
    }
    this.#running = false
  }

  /** Asks for all who wait, and settles those whose answer is good or who have had their time. */
  async #turn(): Promise<void> {
    const asked = [...this.#waiters]
    let answers: readonly (Answer | undefined)[] = []
    let failure: unknown
    try {
      answers = await this.#asking.ask(asked.map(({ question }) => question))
    } catch (error) {
      failure = error
    }
    for (const [index, waiter] of asked.entries()) {
      if (!this.#waiters.has(waiter)) continue
      const answer = answers[index]
      const late = waiter.clock.now() >= waiter.deadline
      if (failure !== undefined) {
        if (late || !this.#asking.isPassing(failure)) waiter.fail(failure)
      } else if (this.#asking.isGood(answer, waiter.question)) waiter.settle({ answer, good: true })
      else if (late) waiter.settle({ answer, good: false })
    }
  }
}
