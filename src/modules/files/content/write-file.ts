import { posix } from 'node:path'
import { field, strictText } from '../../../probes/fields.ts'
import type { PathFacts } from '../../../probes/stat.ts'
import { TaskFailure } from '../../../values/task-failure.ts'
import type { Output } from '../../../values/transfer.ts'
import type { Value } from '../../../values/value.ts'
import type { Action, ActionResult, Diff } from '../../module.ts'
import { readDone, readState, stepFailure } from '../done.ts'
import { effectOn } from '../touches.ts'
import { realPath } from '../trust.ts'
import type { Content } from './content.ts'
import { finishScript, landingOf, prepareScript } from './pushed-file.ts'
import { type Placement, writeScript } from './write-script.ts'

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
 * Puts a content in its place: a hidden temporary file in the target directory, dressed as the old file was, validated,
 * synced and renamed. One request for small contents, three for others, whose SHA-256 is checked when they have come.
 * Whatever fails, the old file stays as it was and the temporary one goes.
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

/** What every script that places a file says of itself; a command that validates may do anything. */
export function effectOf({ place, parents, validate }: Placement) {
  if (validate !== undefined) return {}
  const first = parents?.missing.names[0]
  const base = parents?.missing.base
  const made = base === undefined || base === null || first === undefined ? [] : [posix.join(base, first)]
  return effectOn([realPath(place), ...made])
}

async function* steps(
  placement: Placement,
  content: Content,
  announcement: Announcement,
): AsyncGenerator<Action, Written, ActionResult> {
  const effect = effectOf(placement)
  if (content.inline !== null) {
    const script = writeScript(placement, content.size)
    return written(
      yield { kind: 'run', ...announcement, ...effect, script, stdin: content.inline },
      placement,
    )
  }
  const landing = landingOf(placement)
  const start = yield {
    kind: 'run',
    ...announcement,
    ...effectOf({ ...placement, validate: undefined }),
    script: prepareScript(placement, landing),
    more: true,
  }
  readDone(start, placement.dest)
  const sent = yield {
    kind: 'push',
    says: `send ${content.size} bytes`,
    source: content.source,
    to: landing.path,
  }
  const end = yield {
    kind: 'run',
    says: announcement.says,
    ...effect,
    script: finishScript(placement, landing, content.size),
  }
  // The second half runs after a failed push too: it finds the wrong checksum and removes what was sent.
  if (sent.rc !== 0) throw stepFailure('write', sent, placement.dest)
  return written(end, placement)
}

function written(output: Output, { dest }: Placement): Written {
  const fields = readDone(output, dest)
  const backup = field(fields, 'backup')
  return {
    facts: readState(fields, dest),
    backup: backup === undefined ? undefined : strictText(backup, 'the name of the backup'),
  }
}
