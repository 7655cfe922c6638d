import { BEHIND_ALL, isBefore, type Turn } from './turn.ts'

/**
 * A task reads what another host has set, or whether it is still there, and that host has not come that far. It passes
 * through the template engine untouched; whoever evaluates waits and evaluates again.
 */
export class NotYetThere extends Error {
  readonly hosts: readonly string[]
  readonly position: Turn

  constructor(hosts: readonly string[], position: Turn) {
    super(`${hosts.join(', ')} must be at ${position.join('.')} first`)
    this.name = 'NotYetThere'
    this.hosts = hosts
    this.position = position
  }
}

interface Waiting {
  readonly missing: Set<string>
  readonly position: Turn
  readonly resolve: () => void
}

/**
 * How far each host of the running batch has come, so that a task sees of other hosts just what Ansible's `linear` would
 * show it: all that was set by tasks before it, and nothing of later ones. Turns grow over the whole run in the order in
 * which the tasks are written. Only a task that reads of others waits, and only for those behind
 * it: the host that is the furthest behind never waits, so nobody waits for ever.
 */
export class Progress {
  /** Every turn before it is done. Hosts that do not run now are not in it. */
  readonly #at = new Map<string, Turn>()
  #waiting: Waiting[] = []
  /** Nobody waits: what another host has not set yet is simply not there. */
  isFree = false
  /** Batches begun. */
  #batches = 0

  /** The turn of the next batch: all before it are done. */
  get next(): Turn {
    return [this.#batches]
  }

  /** Hosts that begin a batch. Gives the turn that all of the batch's begin with. */
  begin(hosts: readonly string[], free = false): Turn {
    this.isFree = free
    const turn = this.next
    this.#batches += 1
    for (const host of hosts) this.#at.set(host, turn)
    return turn
  }

  /** A host stands before the task at `position`: all before it are done or left out. */
  reach(host: string, position: Turn): void {
    if (this.#isThere(host, position)) return
    this.#at.set(host, position)
    this.#wake(host, position)
  }

  /** A host is at the end of its batch, whatever it is. */
  end(host: string): void {
    this.#at.delete(host)
    this.#wake(host, BEHIND_ALL)
  }

  /** @throws NotYetThere when one of them has tasks before `position` left to do */
  require(hosts: readonly string[], position: Turn): void {
    if (this.isFree) return
    const missing = hosts.filter((host) => !this.#isThere(host, position))
    if (missing.length > 0) throw new NotYetThere(missing, position)
  }

  /** Resolves when all of them have come to `position`. */
  wait({ hosts, position }: NotYetThere): Promise<void> {
    const missing = new Set(hosts.filter((host) => !this.#isThere(host, position)))
    if (missing.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push({ missing, position, resolve }))
  }

  #isThere(host: string, position: Turn): boolean {
    return !isBefore(this.#at.get(host) ?? BEHIND_ALL, position)
  }

  #wake(host: string, position: Turn): void {
    this.#waiting = this.#waiting.filter((waiting) => {
      if (isBefore(position, waiting.position)) return true
      waiting.missing.delete(host)
      if (waiting.missing.size > 0) return true
      waiting.resolve()
      return false
    })
  }
}
