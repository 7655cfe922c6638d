import { lines, sh } from '../../shell/sh.ts'
import type { Value } from '../../values/value.ts'
import type { Action, ActionResult } from '../module.ts'
import { attributeChange, attributeDiff, setAttributes } from './attributes.ts'
import { readDone, runPrelude } from './done.ts'
import { fileResult } from './file-result.ts'
import { formatMode, type Mode } from './modes.ts'
import { readPath, type Stat } from './observe-path.ts'
import type { Owners } from './owners.ts'

/**
 * Sets owner, group and mode of a file or directory where they differ; yields nothing where they do not.
 * Gives the keys of Ansible's file modules, with the path under `key`. @throws TaskFailure
 */
export async function* changeAttributes(
  path: string,
  stat: Stat,
  owners: Owners,
  mode: Mode | undefined,
  key: 'path' | 'dest',
): AsyncGenerator<Action, Record<string, Value>, ActionResult> {
  const change = attributeChange(stat, owners, mode)
  if (change === null) return fileResult({ path, stat }, key)
  const words = [
    ...(change.uid === undefined && change.gid === undefined ? [] : ['owner']),
    ...(change.mode === undefined ? [] : [`mode ${formatMode(change.mode)}`]),
  ]
  const output = yield {
    kind: 'run',
    says: `set ${words.join(' and ') || 'owner'} of ${path}`,
    script: lines([
      runPrelude,
      sh`m_p=${path}`,
      setAttributes(sh`$m_p`, change, sh`m_fail`),
      sh`printf '\0done\0'; m_path "$m_p" ''`,
    ]),
    diff: [attributeDiff(path, stat, change)],
    predicted: fileResult({ path, stat }, key),
  }
  return fileResult(readPath(readDone(output, path)), key)
}
