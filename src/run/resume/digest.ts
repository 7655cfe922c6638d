import { createHash } from 'node:crypto'
import { MAGIC_NAMES } from '../../inventory/variables/magic-names.ts'
import type { Playbook } from '../../playbook/playbook.ts'
import { Secret } from '../../values/secret.ts'
import { TemplateText } from '../../values/template-text.ts'
import type { Value } from '../../values/value.ts'
import type { PlannedPlay } from '../batch/plan-play.ts'
import type { Made } from './step-entry.ts'

/** Fields that say where something is written, not what. */
const PLACES = /position$/i

/**
 * A short digest of what a playbook, a variable or a list of them says: equal exactly when the meaning that is written is.
 * Secrets count as secrets, whatever they are, since a digest of a short one would tell it; places in files do not count.
 */
export function digestOf(value: unknown): string {
  const hash = createHash('sha256')
  const seen = new Map<object, number>()
  const walk = (each: unknown): void => {
    if (typeof each === 'function' || each === undefined) return
    if (typeof each !== 'object' || each === null) {
      hash.update(`${typeof each}:${String(each).length}:${String(each)};`)
      return
    }
    if (each instanceof Secret) return void hash.update('secret;')
    if (each instanceof TemplateText && each.secret) return void hash.update('secret;')
    const before = seen.get(each)
    if (before !== undefined) return void hash.update(`again:${before};`)
    seen.set(each, seen.size)
    if (Array.isArray(each) || each instanceof Set) {
      hash.update('[')
      for (const item of each) walk(item)
      hash.update(']')
    } else if (each instanceof Map) {
      hash.update('{')
      for (const [key, item] of each) {
        walk(key)
        walk(item)
      }
      hash.update('}')
    } else {
      hash.update('(')
      for (const [key, item] of Object.entries(each)) {
        if (PLACES.test(key) || typeof item === 'function' || item === undefined) continue
        hash.update(`${key}=`)
        walk(item)
      }
      hash.update(')')
    }
  }
  walk(value)
  return hash.digest('base64url').slice(0, 22)
}

/** What a run is made of, in digests. */
export function madeOf(
  playbook: Playbook,
  plays: readonly PlannedPlay[],
  hostVariables: (name: string) => ReadonlyMap<string, Value>,
): Made {
  const hosts = new Set(plays.flatMap((play) => play.hosts))
  return {
    playbook: digestOf(playbook.plays),
    plays: plays.map(({ name, batches }) => digestOf([name, batches])),
    hosts: Object.fromEntries(
      [...hosts].map((host) => [
        host,
        digestOf([...hostVariables(host)].filter(([name]) => !MAGIC_NAMES.has(name))),
      ]),
    ),
  }
}
