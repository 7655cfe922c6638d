import { REDACTED } from '../secret.ts'

/** Parts of a text that are to be hidden; those that overlap become one. */
export class Ranges {
  readonly #found: [from: number, to: number][] = []

  get isEmpty(): boolean {
    return this.#found.length === 0
  }

  add(from: number, to: number): void {
    const last = this.#found.at(-1)
    // One automaton finds in order, so most overlaps are with the last one.
    if (last !== undefined && from < last[1] && to >= last[0]) {
      last[0] = Math.min(last[0], from)
      last[1] = Math.max(last[1], to)
    } else this.#found.push([from, to])
  }

  /** The text with {@link REDACTED} in place of each. @param bytes of the whole text */
  redact(bytes: Buffer): string {
    const parts: string[] = []
    let done = 0
    let end = -1
    for (const [from, to] of this.#found.sort(([one], [other]) => one - other)) {
      if (from >= end || end < 0) {
        parts.push(bytes.toString('utf8', done, from), REDACTED)
        end = to
      } else end = Math.max(end, to)
      done = end
    }
    parts.push(bytes.toString('utf8', done))
    return parts.join('')
  }
}
