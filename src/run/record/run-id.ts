import { randomBytes } from 'node:crypto'

/** A run's identifier: sortable by time, unique without a registry, of characters that every API takes. */
export function newRunId(now = new Date()): string {
  // Two runs of one second sort as they began.
  const fraction = now.getUTCMilliseconds().toString(16).padStart(3, '0')
  return `${stampOf(now)}-${fraction}${randomBytes(4).toString('hex')}`
}

/** The time with which the identifiers of runs begin, UTC: `20261124T153055`. */
export function stampOf(time: Date): string {
  return time.toISOString().replace(/[-:]/g, '').slice(0, 15)
}
