import type { PathFacts, Stat } from '../../../probes/stat.ts'
import type { Value } from '../../../values/value.ts'
import { formatMode } from './modes.ts'

/** The keys of Ansible's file modules: `path` or `dest`, uid, gid, owner, group, mode, state, size. */
export function fileResult(
  facts: Pick<PathFacts, 'path' | 'stat'>,
  key: 'path' | 'dest',
): Record<string, Value> {
  return { [key]: facts.path, ...statResult(facts.stat) }
}

/** The same without the name; only `state: absent` where nothing is. */
export function statResult(stat: Stat | null): Record<string, Value> {
  if (stat === null) return { state: 'absent' }
  return {
    uid: stat.uid,
    gid: stat.gid,
    owner: stat.owner,
    group: stat.group,
    mode: formatMode(stat.mode),
    state: stateOf(stat),
    size: stat.size,
  }
}

/** Ansible's word for a kind of file: file, directory, link, and hard for a file with several names. */
export function stateOf(stat: Stat): string {
  if (stat.kind === 'file' && stat.links > 1) return 'hard'
  return stat.kind === 'other' ? 'file' : stat.kind
}
