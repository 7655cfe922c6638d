import { lines, type ShellText, sh } from '../../../shell/sh.ts'
import { TaskFailure } from '../../../values/task-failure.ts'
import { dict } from '../../../values/value.ts'
import type { Action, ActionResult, Outcome } from '../../module.ts'
import { stateOf } from '../attributes/file-result.ts'
import { readDone } from '../done.ts'
import { hold, holdPrelude } from '../enter.ts'
import { effectOn } from '../touches.ts'
import { realPath } from '../trust.ts'
import type { FileState } from './file-state.ts'

/** Removes what is there: a tree with all it holds, a link and not its target. */
export async function* convergeAbsent({
  facts,
  content,
  trust,
}: FileState): AsyncGenerator<Action, Outcome, ActionResult> {
  const { path, stat } = facts
  const result = { path, state: 'absent' }
  if (stat === null) return { result }
  const before = dict({ path, state: stateOf(stat) })
  if (content !== null)
    before.set('path_content', dict({ directories: [...content.directories], files: [...content.files] }))
  const place = trust.placeOf(facts)
  if (place.name === '') throw new TaskFailure(`refusing to remove ${path}`)
  const name = `./${place.name}`
  const remove =
    stat.kind === 'directory'
      ? removeTree(name, place.trusted && trust.isOwn(stat))
      : sh`LC_ALL=C rm -f -- ${name} || m_fail remove`
  const output = yield {
    kind: 'run',
    says: `remove ${path}`,
    diff: [{ before, after: dict(result) }],
    predicted: result,
    ...effectOn([realPath(place)]),
    script: lines([holdPrelude, hold(place), remove, sh`printf '\0done\0'`]),
  }
  readDone(output, path)
  return { result }
}

/** GNU's rm holds each directory that it descends into; others go by names, which their owners can swap for links. */
function removeTree(name: string, own: boolean): ShellText {
  const remove = sh`LC_ALL=C rm -rf -- ${name} || m_fail remove`
  if (own) return remove
  return sh`case $(LC_ALL=C rm --version 2>/dev/null) in *coreutils*) ;; *) m_fail gnu ;; esac
${remove}`
}
