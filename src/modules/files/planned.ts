import { dict, type Value } from '../../values/value.ts'
import type { Diff } from '../module.ts'
import { formatMode } from './attributes/modes.ts'
import type { Owners } from './attributes/owners.ts'

/** The file module's diff of something that is made: its state, and what differs from how it would be made by itself. */
export function madeDiff(
  path: string,
  state: string,
  owners: Owners,
  made: { readonly uid: number; readonly gid: number; readonly mode: number },
  mode: number | undefined,
): Diff {
  const before: Record<string, Value> = { path, state: 'absent' }
  const after: Record<string, Value> = { path, state }
  const differs = (name: string, old: Value, next: Value | undefined) => {
    if (next === undefined || next === old) return
    before[name] = old
    after[name] = next
  }
  differs('owner', made.uid, owners.uid)
  differs('group', made.gid, owners.gid)
  differs('mode', formatMode(made.mode), mode === undefined ? undefined : formatMode(mode))
  return { before: dict(before), after: dict(after) }
}
