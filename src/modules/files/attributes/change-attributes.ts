import type { Stat } from '../../../probes/stat.ts'
import { lines, type ShellText } from '../../../shell/sh.ts'
import type { Value } from '../../../values/value.ts'
import type { Action, ActionResult } from '../../module.ts'
import { printDone, readChanged } from '../done.ts'
import { holdPrelude } from '../enter.ts'
import { effectOn } from '../touches.ts'
import { type Place, realPath } from '../trust.ts'
import { attributeChange, attributeDiff, attributeSteps } from './attributes.ts'
import { fileResult } from './file-result.ts'
import { formatMode, type Mode } from './modes.ts'
import type { Owners } from './owners.ts'

/** What is there: its name in results, where it lies, and its state. */
export interface Found {
  readonly path: string
  readonly place: Place
  readonly stat: Stat
}

/**
 * Sets owner, group and mode of a file or directory where they differ, and times by the steps given; yields nothing where they do not.
 * Gives the keys of Ansible's file modules, with the path under `key`. @throws TaskFailure
 */
export async function* changeAttributes(
  found: Found,
  owners: Owners,
  mode: Mode | undefined,
  key: 'path' | 'dest',
  times: readonly ShellText[] = [],
): AsyncGenerator<Action, Record<string, Value>, ActionResult> {
  const { path, place, stat } = found
  const change = attributeChange(stat, owners, mode)
  if (change === null && times.length === 0) return fileResult({ path, stat }, key)
  const words = [
    ...(change === null || (change.uid === undefined && change.gid === undefined) ? [] : ['owner']),
    ...(change?.mode === undefined ? [] : [`mode ${formatMode(change.mode)}`]),
    ...(times.length === 0 ? [] : ['times']),
  ]
  const output = yield {
    kind: 'run',
    says: `set ${words.join(' and ') || 'owner'} of ${path}`,
    script: lines([holdPrelude, attributeSteps([{ place, stat, change, more: times }]), printDone(path)]),
    ...effectOn([realPath(place)]),
    diff: change === null ? [] : [attributeDiff(path, stat, change)],
    predicted: fileResult({ path, stat }, key),
  }
  return fileResult(readChanged(output, path), key)
}
