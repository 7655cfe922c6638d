import type { Ramp } from '../../../playbook/plays/rollout.ts'
import type { BatchSize } from '../../../playbook/plays/serial.ts'

/** What decides the waves of a play. */
export interface WavePlan {
  /** Hosts of the first wave; empty: there is no canary. */
  readonly canary: readonly string[]
  /** Undefined: all the others are one wave. */
  readonly ramp: Ramp | undefined
}

/**
 * The hosts of a play in waves: the canary, then waves that grow by a factor from the size of the canary (of one host
 * without it), or by sizes, the last of which repeats; percents are of all hosts. Every host is in exactly one wave,
 * in the given order within it.
 */
export function waves(hosts: readonly string[], { canary, ramp }: WavePlan): string[][] {
  const first = new Set(canary)
  const rest = hosts.filter((host) => !first.has(host))
  const result = first.size === 0 ? [] : [hosts.filter((host) => first.has(host))]
  let before = result[0]?.length
  let taken = 0
  let number = 0
  while (taken < rest.length) {
    const size = waveSize(ramp, { number, before, all: hosts.length, left: rest.length - taken })
    result.push(rest.slice(taken, taken + size))
    taken += size
    before = size
    number += 1
  }
  return result
}

function waveSize(
  ramp: Ramp | undefined,
  at: {
    readonly number: number
    readonly before: number | undefined
    readonly all: number
    readonly left: number
  },
): number {
  if (ramp === undefined) return at.left
  if ('sizes' in ramp) return count(ramp.sizes[Math.min(at.number, ramp.sizes.length - 1)]!, at.all)
  return at.before === undefined ? 1 : Math.ceil(at.before * ramp.factor)
}

/** A size as a number of hosts: percents are rounded down, but never below one host. */
export function count(size: BatchSize, all: number): number {
  return 'percent' in size ? Math.max(1, Math.floor((size.percent * all) / 100)) : size.hosts
}

/** The same, and nothing may be allowed at all: 2 percent of ten hosts are none. */
export function countFromZero(size: BatchSize, all: number): number {
  return 'percent' in size ? Math.floor((size.percent * all) / 100) : size.hosts
}

/**
 * Hosts mixed so that every stretch of the list holds of each site what it has of all hosts: no wave takes a site whole
 * that another could share. Within a site the order stays.
 */
export function spread(hosts: readonly string[], siteOf: (host: string) => string): string[] {
  const sites = Map.groupBy(hosts, siteOf)
  return [...sites.values()]
    .flatMap((members) => members.map((host, index) => ({ host, at: (index + 0.5) / members.length })))
    .sort((one, other) => one.at - other.at)
    .map(({ host }) => host)
}

/** The first hosts of a canary of `size`: one of each site in turn, so that it sees as many sites as it can. */
export function canaryOf(hosts: readonly string[], size: number, siteOf: (host: string) => string): string[] {
  const turns = new Map<string, number>()
  return hosts
    .map((host, index) => {
      const turn = turns.get(siteOf(host)) ?? 0
      turns.set(siteOf(host), turn + 1)
      return { host, turn, index }
    })
    .sort((one, other) => one.turn - other.turn || one.index - other.index)
    .slice(0, size)
    .map(({ host }) => host)
}
