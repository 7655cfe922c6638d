import {
  type AnswersOf,
  answersOf,
  type Probe,
  type ProbeSet,
  probesOf,
  type Subject,
  type Touched,
} from '../../../probes/probe.ts'
import type { Known } from '../../../probes/request.ts'

/**
 * What is known of a host, for one identity and environment: answers to probes, until an action may have changed what
 * they speak of.
 */
export class Answers {
  readonly #known = new Map<string, { readonly probe: Probe<unknown>; readonly known: Known }>()

  /** Those of the probes that have no answer, or none that still holds. */
  missing(probes: readonly Probe<unknown>[]): Probe<unknown>[] {
    return probes.filter(({ key }) => !this.#known.has(key))
  }

  keep(probe: Probe<unknown>, known: Known): void {
    this.#known.set(probe.key, { probe, known })
  }

  /** The answers to a set, all of which are known. @throws TaskFailure of the first that could not be had */
  of<S extends ProbeSet>(set: S): AnswersOf<S> {
    return answersOf(set, (probe) => {
      const found = this.#known.get(probe.key)
      if (found === undefined) throw new Error(`nobody asked ${probe.key}`)
      if ('failure' in found.known) throw found.known.failure
      return probe.interpret(found.known.raw)
    })
  }

  /** Whether all of a set are known. */
  has(set: ProbeSet): boolean {
    return this.missing(probesOf(set)).length === 0
  }

  /** Drops what an action may have changed. */
  forget(touched: Touched): void {
    if (touched === 'everything') this.#known.clear()
    else if (touched.length > 0) this.#forgetAbout(touched)
  }

  #forgetAbout(touched: readonly Subject[]): void {
    for (const [key, { probe }] of this.#known) {
      const { subjects } = probe.kind
      if (subjects === 'anything' || subjects.some((subject) => touched.includes(subject)))
        this.#known.delete(key)
    }
  }
}
