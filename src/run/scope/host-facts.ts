import type { Value } from '../../values/value.ts'
import { compareTurns, isBefore, type Turn } from '../batch/turn.ts'

interface Version {
  /** The position of the task that set it. */
  readonly position: Turn
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
  before(position: Turn, name: string): Value | undefined {
    return this.#versions.get(name)?.findLast((version) => isBefore(version.position, position))?.value
  }

  /** The names that tasks before `position` have set. */
  *keysBefore(position: Turn): Iterable<string> {
    for (const [name, versions] of this.#versions)
      if (versions[0] !== undefined && isBefore(versions[0].position, position)) yield name
  }

  /** Within one task the last value counts. What is read late may hold since an earlier position. */
  set(name: string, value: Value, position: Turn): void {
    const versions = this.#versions.get(name) ?? []
    this.#versions.set(name, versions)
    const at = versions.findLastIndex((version) => !isBefore(position, version.position))
    const there = versions[at]
    const same = there !== undefined && compareTurns(there.position, position) === 0
    versions.splice(same ? at : at + 1, same ? 1 : 0, { position, value })
  }

  /** What was set at a turn. */
  setAt(position: Turn): Map<string, Value> {
    const found = [...this.#versions].flatMap(([name, versions]) => {
      const last = versions.at(-1)
      return last !== undefined && compareTurns(last.position, position) === 0
        ? [[name, last.value] as const]
        : []
    })
    return new Map(found)
  }

  /** Forgets what nobody can read any more: all hosts stand at `position` or behind it. */
  settle(position: Turn): void {
    for (const [name, versions] of this.#versions) {
      const last = versions.findLastIndex((version) => isBefore(version.position, position))
      if (last > 0) this.#versions.set(name, versions.slice(last))
    }
  }
}
