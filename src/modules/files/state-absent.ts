import { lines, sh } from '../../shell/sh.ts'
import { dict } from '../../values/value.ts'
import type { Action, ActionResult, Outcome } from '../module.ts'
import { readDone, runPrelude } from './done.ts'
import { stateOf } from './file-result.ts'
import type { FileState } from './file-state.ts'

/** Removes what is there: a tree with all it holds, a link and not its target. */
export async function* convergeAbsent({
  facts,
  content,
}: FileState): AsyncGenerator<Action, Outcome, ActionResult> {
  const { path, stat } = facts
  const result = { path, state: 'absent' }
  if (stat === null) return { result }
  const before = dict({ path, state: stateOf(stat) })
  if (content !== null)
    before.set('path_content', dict({ directories: [...content.directories], files: [...content.files] }))
  const output = yield {
    kind: 'run',
    says: `remove ${path}`,
    diff: [{ before, after: dict(result) }],
    predicted: result,
    script: lines([
      runPrelude,
      stat.kind === 'directory'
        ? sh`LC_ALL=C rm -rf -- ${path} || m_fail remove`
        : sh`LC_ALL=C rm -f -- ${path} || m_fail remove`,
      sh`printf '\0done\0'`,
    ]),
  }
  readDone(output, path)
  return { result }
}
