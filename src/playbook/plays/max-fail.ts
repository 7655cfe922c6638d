import { Float } from '../../values/float.ts'
import type { Value } from '../../values/value.ts'

/**
 * `max_fail_percentage` as written, its templates evaluated: `30`, `33.3`, `"30%"`.
 *
 * @returns percent from 0 to 100
 * @throws RangeError for anything else; a negative value would stop a healthy play in Ansible
 */
export function readPercentage(value: Value): number {
  const text =
    typeof value === 'number' ? String(value) : value instanceof Float ? String(value.value) : value
  const match = typeof text === 'string' ? /^\s*(\d+(?:\.\d+)?)\s*%?\s*$/.exec(text) : null
  const percentage = match === null ? Number.NaN : Number(match[1])
  if (percentage >= 0 && percentage <= 100) return percentage
  throw new RangeError('max_fail_percentage takes a number from 0 to 100, or text like "30%"')
}

/**
 * Whether a batch has lost more hosts than allowed: strictly more, so that 1 of 2 passes with 50 and stops with 49.
 * Where Ansible counts failed hosts alone, `failed` counts those that are unreachable too: else a rollout would go on
 * while its hosts disappear.
 *
 * @param size hosts of the batch at its beginning
 * @param percentage undefined: no limit
 */
export function exceeded(failed: number, size: number, percentage: number | undefined): boolean {
  return percentage !== undefined && failed * 100 > percentage * size
}
