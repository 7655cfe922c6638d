import type { Phase, RunEvent } from '../run/record/events.ts'
import { visible } from '../values/text/visible.ts'
import { hostSet } from './host-set.ts'
import { count } from './lines.ts'

/** Groups of hosts in one line; those that wait longest. */
const MOST_STEPS = 5

/** Hosts that are at the same step, and since when the first of them (milliseconds of `now`). */
export interface Step {
  readonly phase: Phase
  /** The task, where there is one. */
  readonly what: string
  readonly hosts: readonly string[]
  readonly since: number
}

/** How far the hosts of a batch are, from its events. */
export class BatchProgress {
  readonly hosts: readonly string[]
  /** What the batch is called: its play, and which batch of it. */
  readonly title: string
  readonly changed = new Set<string>()
  readonly lost = new Set<string>()
  readonly #now: () => number
  readonly #at = new Map<string, { readonly phase: Phase; readonly what: string; readonly since: number }>()

  /** @param now a clock in milliseconds */
  constructor(event: RunEvent & { type: 'batch-started' }, now: () => number = () => performance.now()) {
    this.hosts = event.hosts
    this.title = `${visible(event.play)}${event.batches > 1 ? ` (batch ${event.batch} of ${event.batches})` : ''}`
    this.#now = now
    const since = now()
    for (const host of event.hosts) this.#at.set(host, { phase: 'connect', what: '', since })
  }

  see(event: RunEvent): void {
    if (event.type === 'phase')
      this.#at.set(event.host, { phase: event.phase, what: event.what ?? '', since: this.#now() })
    if (event.type !== 'task') return
    if (event.status === 'changed') this.changed.add(event.host)
    if (event.status === 'failed' || event.status === 'unreachable' || event.status === 'unknown')
      this.lost.add(event.host)
  }

  /** How many hosts are in one of these phases. */
  within(...phases: readonly Phase[]): number {
    return this.hosts.filter((host) => phases.includes(this.#at.get(host)!.phase)).length
  }

  /** The hosts that are not done, those together that are at the same step; who waits longest comes first. */
  steps(...phases: readonly Phase[]): Step[] {
    const groups = new Map<
      string,
      Omit<Step, 'hosts' | 'since'> & { readonly hosts: string[]; since: number }
    >()
    for (const host of this.hosts) {
      const { phase, what, since } = this.#at.get(host)!
      if (!phases.includes(phase)) continue
      const key = JSON.stringify([phase, what])
      const group = groups.get(key)
      if (group === undefined) groups.set(key, { phase, what, hosts: [host], since })
      else {
        group.hosts.push(host)
        group.since = Math.min(group.since, since)
      }
    }
    return [...groups.values()].toSorted((one, other) => one.since - other.since)
  }

  /** `web[01-40]  SSM agent's package  12 s`. */
  stepText({ phase, what, hosts, since }: Step): string {
    const seconds = Math.floor((this.#now() - since) / 1000)
    return `${visible(hostSet(hosts))}  ${what === '' ? phase : visible(what)}  ${seconds} s`
  }

  /** One line that says how many hosts are done, and who is where. */
  summary(): string {
    const steps = this.steps('connect', 'look', 'converge', 'wait')
    const shown = steps.slice(0, MOST_STEPS).map((step) => this.stepText(step))
    if (steps.length > MOST_STEPS) shown.push(`and ${count(steps.length - MOST_STEPS, 'more step')}`)
    return `${this.title}: ${this.within('done')} of ${count(this.hosts.length, 'host')} done, ${this.changed.size} changed, ${this.lost.size} failed${shown.length === 0 ? '' : `; ${shown.join('; ')}`}`
  }
}
