import type { NewestSample } from '../aws/polling/arrivals.ts'
import { type FleetSamples, HOST_LABEL, NODE_LABEL } from './fleet-samples.ts'

/** A host as the inventory and Systems Manager know it, and what is expected of it. */
export interface ProofSubject {
  readonly host: string
  /** Its managed node; undefined where it could not be told. */
  readonly node: string | undefined
  /** Selectors that have to be there, and how many seconds old their newest sample may be. */
  readonly series: readonly string[]
  readonly maxAge: number
}

/** What arrives from one host. */
export interface HostProof {
  readonly host: string
  /** What was expected, each with the age in seconds of its newest sample; null where there is none. */
  readonly series: readonly {
    readonly series: string
    readonly age: number | null
    readonly fresh: boolean
  }[]
  /** Programs that are known by their own series, which are fresh. */
  readonly senders: readonly string[]
  /** Age of the newest sample of all that was asked for. */
  readonly newest: number | undefined
}

/** Someone who sends and is not in the inventory. */
export interface Stranger {
  /** The labels of its series; empty where they have not one. */
  readonly host: string
  readonly node: string
  readonly newest: number
}

/** What a workspace says of a fleet. */
export interface FleetProof {
  readonly hosts: readonly HostProof[]
  readonly strangers: readonly Stranger[]
}

/**
 * Compares who sends with who should. A series is a host's by the id of its node; where that is not known, by the name
 * of the host. Series with neither label are nobody's: the workspace may have other uses.
 *
 * @param senders selector -> the program that it tells
 * @param inventory names of all hosts, also of those that are not to be proved
 */
export function judgeFleet(
  samples: FleetSamples,
  subjects: readonly ProofSubject[],
  senders: ReadonlyMap<string, string>,
  inventory: ReadonlySet<string>,
): FleetProof {
  const byHost = new Map(subjects.map((subject) => [subject.host, subject]))
  const byNode = new Map(
    subjects.flatMap((subject) => (subject.node === undefined ? [] : [[subject.node, subject]])),
  )
  const ages = new Map<ProofSubject, Map<string, number>>(subjects.map((subject) => [subject, new Map()]))
  const strangers = new Map<string, Stranger>()
  for (const [selector, all] of samples) {
    for (const sample of all) {
      const host = sample.labels[HOST_LABEL] ?? ''
      const node = sample.labels[NODE_LABEL] ?? ''
      if (host === '' && node === '') continue
      const named = byHost.get(host)
      const subject = byNode.get(node) ?? (named?.node === undefined ? named : undefined)
      if (subject !== undefined) keepNewest(ages.get(subject)!, selector, sample)
      // Of a host that is left out this time no more is known than its name.
      else if (named !== undefined || !inventory.has(host)) {
        const key = JSON.stringify([host, node])
        const newest = Math.min(sample.age, strangers.get(key)?.newest ?? sample.age)
        strangers.set(key, { host, node, newest })
      }
    }
  }
  return {
    hosts: subjects.map((subject) => proofOf(subject, ages.get(subject)!, senders)),
    strangers: [...strangers.values()].sort((a, b) => compare(a.host, b.host) || compare(a.node, b.node)),
  }
}

function keepNewest(ages: Map<string, number>, selector: string, { age }: NewestSample): void {
  ages.set(selector, Math.min(age, ages.get(selector) ?? age))
}

function proofOf(
  { host, series, maxAge }: ProofSubject,
  ages: ReadonlyMap<string, number>,
  senders: ReadonlyMap<string, string>,
): HostProof {
  return {
    host,
    series: series.map((selector) => {
      const age = ages.get(selector) ?? null
      return { series: selector, age, fresh: age !== null && age <= maxAge }
    }),
    senders: [...senders].flatMap(([selector, sender]) =>
      (ages.get(selector) ?? Number.POSITIVE_INFINITY) <= maxAge ? [sender] : [],
    ),
    newest: ages.size === 0 ? undefined : Math.min(...ages.values()),
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
