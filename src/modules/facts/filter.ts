import { matchesName } from '../../template/python/paths/glob.ts'
import type { FactGroup } from './group.ts'

/** Whether a fact is among those that the patterns leave; with and without `ansible_`. No patterns leave all. */
export function isWanted(patterns: readonly string[]): (fact: string) => boolean {
  const wanted = patterns.filter((pattern) => pattern !== '')
  if (wanted.length === 0) return () => true
  return (fact) =>
    wanted.some((pattern) => matchesName(fact, pattern) || matchesName(`ansible_${fact}`, pattern))
}

/** The groups that may bring a fact which the patterns leave. */
export function filterGroups(
  groups: readonly FactGroup[],
  patterns: readonly string[],
): readonly FactGroup[] {
  const wanted = isWanted(patterns)
  const bare = patterns.map((pattern) => pattern.replace(/^ansible_/, ''))
  return groups.filter(
    ({ facts, matches }) =>
      facts.some(wanted) ||
      (matches !== undefined && bare.some((name) => /[*?[]/.test(name) || matches.test(name))),
  )
}
