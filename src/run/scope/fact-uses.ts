import { MAGIC_NAMES } from '../../inventory/variables/magic-names.ts'
import type { FactGroup } from '../../modules/facts/group.ts'
import { FACT_GROUPS, groupOfFact } from '../../modules/facts/index.ts'
import type { Play, Task } from '../../playbook/playbook.ts'
import type { Scope } from '../../template/api.ts'
import type { Uses } from '../../template/uses.ts'
import { playUses, usesInValue } from '../preflight/artifact-uses.ts'
import type { RunState } from '../run-state.ts'
import { factIn } from './facts.ts'
import { MAGIC_OF_RUN } from './magic-of-run.ts'

/**
 * The facts that the tasks of a play will probably read, also of other hosts: what their templates name, and what the
 * variables that those name do. They are read when the play begins, as all facts are in Ansible; what does not show
 * here is read when it is used.
 */
export async function factUses(
  run: RunState,
  play: Play,
  tasks: readonly Task[],
  scope: Scope,
): Promise<ReadonlySet<FactGroup>> {
  const groups = new Set<FactGroup>()
  const files = play.varsFiles.map(({ value }) => value)
  const waiting = [...(await playUses(run, play, tasks)), ...usesInValue(files)]
  const seen = new Set<string>()
  for (let uses = waiting.pop(); uses !== undefined; uses = waiting.pop()) {
    for (const group of groupsIn(uses)) groups.add(group)
    for (const name of uses.names) {
      if (seen.has(name)) continue
      seen.add(name)
      // Names of muster's own making hold no templates, and some of them hold all hosts.
      if (factIn(name) !== undefined || MAGIC.has(name)) continue
      const value = scope.lookup(name)
      if (value !== undefined) waiting.push(...usesInValue(value))
    }
  }
  return groups
}

const MAGIC: ReadonlySet<string> = new Set([...MAGIC_NAMES, ...MAGIC_OF_RUN])

const ofUses = new WeakMap<Uses, readonly FactGroup[]>()

/** The same texts are looked through for every host, and found out once. */
function groupsIn(uses: Uses): readonly FactGroup[] {
  let groups = ofUses.get(uses)
  if (groups === undefined) {
    groups = uses.wholeOf('ansible_facts') === undefined ? namedIn(uses) : FACT_GROUPS
    ofUses.set(uses, groups)
  }
  return groups
}

function namedIn({ names, words }: Uses): FactGroup[] {
  const facts = [...names, ...words].flatMap((name) => factIn(name) ?? [])
  // `hostvars[x].ansible_facts.distribution`: which of the words stands behind it is not worth telling apart.
  const bare = names.has('ansible_facts') || words.has('ansible_facts') ? [...words] : []
  return [...new Set([...facts, ...bare].flatMap((name) => groupOfFact(name) ?? []))]
}
