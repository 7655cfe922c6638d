import { posix } from 'node:path'
import { checksum, digest } from '../../../probes/digest.ts'
import { type AnswersOf, mapProbe } from '../../../probes/probe.ts'
import { stat } from '../../../probes/stat.ts'
import { sameText } from '../../../values/secret.ts'
import { TaskFailure } from '../../../values/task-failure.ts'
import type { Action, ActionResult, ModuleContext, Outcome } from '../../module.ts'
import { readOwners } from '../attributes/owners.ts'
import { observeDestination, readDestination } from '../content/destination.ts'
import { withoutSlash } from '../trust.ts'
import { copyRemoteFile, type RemoteCopyParameters } from './copy-remote-file.ts'
import { convergeRemoteTree } from './copy-remote-tree.ts'

function wishOf(src: string, params: RemoteCopyParameters) {
  return { ...params, name: posix.basename(src), withText: false }
}

/** Asks about source and target of a copy on the host itself (`remote_src`). */
export function observeRemoteCopy(src: string, params: RemoteCopyParameters) {
  return {
    ...observeDestination(wishOf(src, params)),
    source: stat(withoutSlash(src)),
    sourceDigest: digest(src),
    // For the result.
    sourceSha1: mapProbe(checksum(src, 'sha1'), (sum) => (sum.kind === 'file' ? sum.hex : '')),
  }
}

export type RemoteAnswers = AnswersOf<ReturnType<typeof observeRemoteCopy>>

/**
 * Copies a file or folder on the host. A new file gets 0666 less the umask, a replaced one the source's mode and the
 * running user as owner (facts/modules.md, copy: remote_src), and both the source's time.
 */
export async function* convergeRemoteCopy(
  src: string,
  params: RemoteCopyParameters,
  answers: RemoteAnswers,
  context: ModuleContext,
): AsyncGenerator<Action, Outcome, ActionResult> {
  const { source, sourceDigest: sum, sourceSha1: sha1 } = answers
  const from = source.target?.stat ?? source.stat
  if (from?.kind === 'directory')
    return yield* convergeRemoteTree(src, params, source, readOwners(params, answers), context)
  if (from === null || src.endsWith('/')) throw new TaskFailure(`Source ${src} not found`)
  const dest = readDestination(wishOf(src, params), answers)
  const file = { source, sum, made: 'as the umask has it' } as const
  const { checksum } = params
  if (checksum !== undefined && !sameText(checksum, sha1))
    throw new TaskFailure('Copied file does not match the expected checksum. Transfer failed.', {
      result: { checksum: sha1, expected_checksum: checksum },
      hint: `nothing was written: ${source.path} is another file`,
    })
  const copied = yield* copyRemoteFile(params, file, dest, context)
  if (copied === null) return { result: { dest: dest.facts.path, src: source.path } }
  return { result: { ...copied, src: source.path, checksum: sha1 } }
}
