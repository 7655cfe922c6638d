import type { Value } from '../../values/value.ts'

/** One entry of `serial`: so many hosts, or so many percent of the play's hosts. */
export type BatchSize = { readonly hosts: number } | { readonly percent: number }

/**
 * `serial` as written, its templates evaluated: a number, a percentage, or a list of them.
 *
 * @throws RangeError for anything else; Ansible takes 2.5 for 2 and `true` for 1, and crashes on the rest
 */
export function readSerial(serial: Value): readonly BatchSize[] {
  return (Array.isArray(serial) ? serial : [serial]).map(readEntry)
}

function readEntry(entry: Value): BatchSize {
  if (typeof entry === 'number' && Number.isSafeInteger(entry)) return { hosts: entry }
  if (typeof entry === 'string') {
    const match = /^\s*(-?\d{1,15})\s*(%?)\s*$/.exec(entry)
    if (match !== null) {
      const number = Number(match[1])
      return match[2] === '%' ? { percent: number } : { hosts: number }
    }
  }
  throw new RangeError('serial takes a whole number of hosts, a percentage like "30%", or a list of them')
}

/**
 * The play's hosts in batches (facts/plays.md, section 3): percents are of all hosts of the play, rounded down but
 * never below one host; the last entry of a list repeats; zero, a negative number, or more than there are is one batch.
 * Every host is in exactly one batch, in the given order. Without `serial` there is one batch, without hosts none.
 *
 * @throws RangeError as {@link readSerial}
 */
export function batches(hosts: readonly string[], serial: Value | undefined): string[][] {
  const sizes = serial === undefined || serial === null ? [] : readSerial(serial)
  const result: string[][] = []
  let taken = 0
  while (taken < hosts.length) {
    const size = sizes[Math.min(result.length, sizes.length - 1)]
    const count = size === undefined ? hosts.length : hostsIn(size, hosts.length)
    result.push(hosts.slice(taken, taken + count))
    taken += count
  }
  return result
}

function hostsIn(size: BatchSize, all: number): number {
  if ('percent' in size) return Math.max(1, Math.floor((size.percent * all) / 100))
  return size.hosts > 0 ? size.hosts : all
}
