import { DateTime } from '../values/date-time.ts'
import { Float } from '../values/float.ts'
import { formatPosition } from '../values/position.ts'
import type { Problem } from '../values/problem.ts'
import type { YamlMap, YamlNode, YamlScalar } from './node.ts'

export type Entry = YamlMap['entries'][number]

/**
 * The entries of a mapping after its merge keys (`<<`) and duplicates: merged entries come first, own ones win over
 * them, among several merged maps the first wins; of a key written twice the last wins, with a warning.
 */
export function mergeEntries(
  written: readonly Entry[],
  problems: Problem[],
  warnings: Problem[],
): { entries: Entry[]; repeated: YamlScalar[] } {
  const repeated: YamlScalar[] = []
  const own = new Map<unknown, Entry>()
  const merged = new Map<unknown, Entry>()
  for (const entry of written) {
    if (isMergeKey(entry.key)) {
      for (const inherited of mergedEntries(entry.value, problems)) {
        const identity = keyIdentity(inherited.key)
        if (!merged.has(identity)) merged.set(identity, inherited)
      }
      continue
    }
    const identity = keyIdentity(entry.key)
    const first = own.get(identity)
    if (first !== undefined) {
      repeated.push(first.key)
      warnings.push({
        message: `the key ${entry.key.raw} is written twice in one mapping; this one counts`,
        position: entry.key.position,
        hint: `the first is at ${formatPosition(first.key.position)}; remove one of them`,
      })
    }
    own.set(identity, entry)
  }
  for (const [identity, entry] of own) merged.set(identity, entry)
  return { entries: [...merged.values()], repeated }
}

/** A plain `<<` without a tag; the text "<<" in quotes is a key like any other. */
function isMergeKey(key: YamlScalar): boolean {
  return key.raw === '<<' && !key.quoted && key.tag === undefined
}

function mergedEntries(value: YamlNode, problems: Problem[]): readonly Entry[] {
  if (value.kind === 'map') return value.entries
  if (value.kind === 'list' && value.items.every((item) => item.kind === 'map')) {
    return value.items.flatMap((item) => item.entries)
  }
  problems.push({
    message: '<< takes a mapping or a list of mappings',
    position: value.position,
    hint: 'name an anchor: <<: *common',
  })
  return []
}

/** Equal for keys that are one key in Python: 1, 1.0 and true; everything else by value and type. */
function keyIdentity(key: YamlScalar): unknown {
  const value = key.value
  if (typeof value === 'boolean') return Number(value)
  if (value instanceof Float) return value.value
  if (value instanceof DateTime) return `date ${value.toString()}`
  return typeof value === 'string' ? `text ${value}` : value
}
