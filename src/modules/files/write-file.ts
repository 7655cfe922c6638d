import { field, strictText } from '../../probes/fields.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Output } from '../../values/transfer.ts'
import type { Value } from '../../values/value.ts'
import type { Action, ActionResult, Diff } from '../module.ts'
import type { Content } from './content.ts'
import { readDone, stepFailure } from './done.ts'
import { type PathFacts, readPath } from './observe-path.ts'
import { finishScript, type Placement, prepareScript, temporaryName, writeScript } from './write-script.ts'

/** What the first action of a write says beside the write itself. */
export interface Announcement {
  readonly says: string
  readonly diff?: readonly Diff[]
  readonly predicted?: Readonly<Record<string, Value>>
}

/** What a write left on the host. */
export interface Written {
  readonly facts: PathFacts
  readonly backup: string | undefined
}

/**
 * Puts a content in its place: a hidden temporary file in the target directory, checked by SHA-256, dressed as the old
 * file was, validated, synced and renamed. One request for small contents, three for others. Whatever fails, the old
 * file stays as it was and the temporary one goes.
 *
 * @throws TaskFailure
 */
export async function* writeFile(
  placement: Placement,
  content: Content,
  announcement: Announcement,
): AsyncGenerator<Action, Written, ActionResult> {
  try {
    return yield* steps(placement, content, announcement)
  } catch (error) {
    // The old file is in its place whatever step failed.
    if (error instanceof TaskFailure) throw error.with({ changed: false })
    throw error
  }
}

async function* steps(
  placement: Placement,
  content: Content,
  announcement: Announcement,
): AsyncGenerator<Action, Written, ActionResult> {
  const temporary = temporaryName(placement.dest)
  if (content.inline !== null) {
    const script = writeScript(placement, temporary)
    return written(yield { kind: 'run', ...announcement, script, stdin: content.inline }, placement)
  }
  const start = yield {
    kind: 'run',
    ...announcement,
    script: prepareScript(placement, temporary),
    more: true,
  }
  readDone(start, placement.dest)
  const sent = yield {
    kind: 'push',
    says: `send ${content.size} bytes`,
    source: content.source,
    to: temporary,
  }
  const end = yield { kind: 'run', says: announcement.says, script: finishScript(placement, temporary) }
  // The second half runs after a failed push too: it finds the wrong checksum and removes what was sent.
  if (sent.rc !== 0) throw stepFailure('write', sent, placement.dest)
  return written(end, placement)
}

function written(output: Output, placement: Placement): Written {
  const fields = readDone(output, placement.dest)
  const backup = field(fields, 'backup')
  return {
    facts: readPath(fields),
    backup: backup === undefined ? undefined : strictText(backup, 'the name of the backup'),
  }
}
