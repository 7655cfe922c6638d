/**
 * A place in the order of a run: the numbers of batch, section, task and so on inwards. They are compared from the left, a
 * shorter one comes before what begins with it, so that what a task includes lies between the task and the next one.
 */
export type Turn = readonly number[]

/** Before and behind everything. */
export const BEFORE_ALL: Turn = []
export const BEHIND_ALL: Turn = [Number.POSITIVE_INFINITY]

/** Negative when `one` comes before `other`, 0 when they are the same. */
export function compareTurns(one: Turn, other: Turn): number {
  const length = Math.min(one.length, other.length)
  for (let at = 0; at < length; at += 1) {
    const difference = (one[at] as number) - (other[at] as number)
    if (difference !== 0) return difference
  }
  return one.length - other.length
}

/** Whether `one` comes before `other`. */
export function isBefore(one: Turn, other: Turn): boolean {
  return compareTurns(one, other) < 0
}
