import { Secret } from '../secret.ts'
import type { Value } from '../value.ts'

/**
 * A value that is secret because all of its file is encrypted. It is hidden like every Secret, and what is made of it is
 * a Secret; but where only an open value fits, such as a mode, a port or one of several words, it is opened: files are
 * encrypted for other values than these, and people keep both in one file.
 */
export class IncidentalSecret extends Secret {}

/** The value for a place where only open values fit: opened when it was made from incidental secrets alone. */
export function openIncidental<T extends Value | undefined>(value: T): T | Value {
  return value instanceof Secret && isIncidental(value) ? value.reveal() : value
}

function isIncidental(secret: Secret): boolean {
  const seen = new Set<Secret>()
  const waiting = [secret]
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    if (one instanceof IncidentalSecret || seen.has(one)) continue
    // A secret in itself.
    if (one.origin.from.length === 0) return false
    seen.add(one)
    waiting.push(...one.origin.from)
  }
  return true
}
