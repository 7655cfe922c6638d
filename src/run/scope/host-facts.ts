import type { Value } from '../../values/value.ts'

interface Version {
  /** The position of the task that set it. */
  readonly position: number
  readonly value: Value
}

/**
 * Results and facts of a host, each with the position of the task that set it: other hosts read what was true before
 * the task at which they stand, however far this one has come.
 */
export class HostFacts {
  readonly #versions = new Map<string, Version[]>()

  /** What holds now: for the host itself. */
  get(name: string): Value | undefined {
    return this.#versions.get(name)?.at(-1)?.value
  }

  has(name: string): boolean {
    return this.#versions.has(name)
  }

  keys(): Iterable<string> {
    return this.#versions.keys()
  }

  /** What tasks before `position` have set: for other hosts. */
  before(position: number, name: string): Value | undefined {
    return this.#versions.get(name)?.findLast((version) => version.position < position)?.value
  }

  /** The names that tasks before `position` have set. */
  *keysBefore(position: number): Iterable<string> {
    for (const [name, versions] of this.#versions)
      if (versions[0] !== undefined && versions[0].position < position) yield name
  }

  /** Positions never go back. Within one task the last value counts. */
  set(name: string, value: Value, position: number): void {
    const versions = this.#versions.get(name)
    if (versions === undefined) this.#versions.set(name, [{ position, value }])
    else if (versions.at(-1)?.position === position) versions[versions.length - 1] = { position, value }
    else versions.push({ position, value })
  }

  /** Forgets what nobody can read any more: all hosts stand at `position` or behind it. */
  settle(position: number): void {
    for (const [name, versions] of this.#versions) {
      const last = versions.findLastIndex((version) => version.position < position)
      if (last > 0) this.#versions.set(name, versions.slice(last))
    }
  }
}
