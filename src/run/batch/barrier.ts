/**
 * A place where all hosts of a batch must stand before something is done once for them. Each host either arrives
 * or leaves (it failed, or the task is not for it); when none is missing any more, `ready` runs once with those that
 * arrived, and each of them gets its result or its error.
 */
export class Barrier<Member, Result> {
  readonly #hosts: readonly string[]
  readonly #missing: Set<string>
  readonly #arrived = new Map<string, Member>()
  readonly #ready: (members: readonly Member[]) => Promise<Result>
  readonly #result: PromiseWithResolvers<Result> = Promise.withResolvers()
  #started = false

  constructor(hosts: readonly string[], ready: (members: readonly Member[]) => Promise<Result>) {
    this.#hosts = hosts
    this.#missing = new Set(hosts)
    this.#ready = ready
    // Nobody may be waiting when it fails; those who wait get the error themselves.
    this.#result.promise.catch(() => {})
  }

  arrive(host: string, member: Member): Promise<Result> {
    this.#arrived.set(host, member)
    this.#settle(host)
    return this.#result.promise
  }

  leave(host: string): void {
    this.#settle(host)
  }

  #settle(host: string): void {
    this.#missing.delete(host)
    if (this.#missing.size > 0 || this.#started) return
    this.#started = true
    // In the batch's order, not in that of their arrival: the same run says the same.
    const members = this.#hosts.flatMap((name) => this.#arrived.get(name) ?? [])
    if (members.length === 0) return
    this.#ready(members).then(this.#result.resolve, this.#result.reject)
  }
}
