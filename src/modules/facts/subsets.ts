import { TaskFailure } from '../../values/task-failure.ts'
import type { FactGroup } from './group.ts'
import { FACT_GROUPS } from './index.ts'

/** Subsets of Ansible's whose facts muster does not have. */
const WITHOUT = [
  'facter',
  'ohai',
  'python',
  'caps',
  'system_capabilities',
  'fibre_channel_wwn',
  'iscsi',
  'nvme',
]

const known = new Set(['all', 'min', ...WITHOUT, ...FACT_GROUPS.flatMap(({ subsets }) => subsets)])

/**
 * The groups that a `gather_subset` asks for: `min` always unless `!min` stands in it, words with `!` left out, words
 * without brought (module_utils/facts/collector.py).
 * @throws TaskFailure for a word that is no subset
 */
export function groupsOf(subset: readonly string[]): readonly FactGroup[] {
  const added = new Set<FactGroup>(withWord('min'))
  const excluded = new Set<FactGroup>()
  const asked = new Set<FactGroup>()
  for (const word of subset.length === 0 ? ['all'] : subset) {
    const bare = word.replace(/^!/, '')
    if (bare !== word) {
      const without =
        bare === 'all' ? FACT_GROUPS.filter((one) => !one.subsets.includes('min')) : withWord(bare)
      for (const one of without) excluded.add(one)
      continue
    }
    if (!known.has(word))
      throw new TaskFailure(`Bad subset '${word}' given: gather_subset takes ${[...known].sort().join(', ')}`)
    for (const one of word === 'all' ? FACT_GROUPS : withWord(word)) {
      added.add(one)
      if (word !== 'all' && word !== 'min') asked.add(one)
    }
  }
  const chosen = FACT_GROUPS.filter((one) => added.has(one) && (asked.has(one) || !excluded.has(one)))
  // What is known of the hardware rests on what is known of the platform.
  const platform = chosen.some(({ subsets }) => subsets.includes('hardware')) ? withWord('platform') : []
  return FACT_GROUPS.filter((one) => chosen.includes(one) || platform.includes(one))
}

function withWord(word: string): FactGroup[] {
  return FACT_GROUPS.filter(({ subsets }) => subsets.includes(word))
}
