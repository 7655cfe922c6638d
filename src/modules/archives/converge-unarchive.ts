import { type Field, field } from '../../probes/fields.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { reasonOf } from '../../values/host-failure.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Value } from '../../values/value.ts'
import { fileResult } from '../files/attributes/file-result.ts'
import { parseMode } from '../files/attributes/modes.ts'
import { requireOwners } from '../files/attributes/owners.ts'
import { readState } from '../files/done.ts'
import { realDirectory } from '../files/trust.ts'
import type { Action, ActionResult, ModuleContext, Outcome } from '../module.ts'
import { archiveFailure, readStep } from './archive-failure.ts'
import { type ArchiveSource, fetchArchive, findSource, shortName } from './archive-source.ts'
import { compareArchive, type MemberAttributes, readComparison } from './compare-archive.ts'
import { memberName } from './members.ts'
import { listMembers, openArchive, tarOptions } from './open-archive.ts'
import type { UnarchiveParameters } from './unarchive-parameters.ts'
import { exists, isDirectory, type UnarchiveState } from './unarchive-state.ts'
import { checkAs, reportUnpacked, type UnpackAs, unpackArchive } from './unpack-archive.ts'
import { keepDirectory, makeDirectory, workPrelude } from './working-directory.ts'

/** One task on one host. */
interface Job {
  readonly params: UnarchiveParameters
  readonly state: UnarchiveState
  readonly source: ArchiveSource
  readonly wish: MemberAttributes
  /** Dest without links in its name. */
  readonly real: string
  readonly as: UnpackAs
  readonly says: string
  readonly predicted: Readonly<Record<string, Value>>
}

type Steps<T> = AsyncGenerator<Action, T, ActionResult>

/**
 * Unpacks an archive where `creates` is not there, or, without `creates`, where tar finds a difference: for that the
 * archive has to be on the host, so that costs its transfer each time, and check mode cannot tell.
 *
 * @throws TaskFailure
 */
export async function* convergeUnarchive(
  params: UnarchiveParameters,
  state: UnarchiveState,
  context: ModuleContext,
): Steps<Outcome> {
  const { creates, dest, owners, work } = state
  if (creates !== null && exists(creates) && !work.interrupted)
    return { skipped: true, msg: `skipped, since ${creates.path} exists` }
  const source = await findSource(params, context)
  const mode = params.mode === undefined ? undefined : parseMode(params.mode)
  if (context.check && creates === null)
    return {
      skipped: true,
      msg: 'whether there is something to unpack cannot be told without the archive there',
    }
  const says = `unpack ${shortName(source)} into ${dest.path}`
  const predicted = { dest: dest.path, src: source.name }
  const real = realDirectory(dest) ?? dest.path
  const as = context.check ? undefined : unpackAs(state, real)
  const job: Job = { params, state, source, wish: { owners, mode }, real, as, says, predicted }
  // In check mode an earlier task may make what is missing.
  if (!context.check) {
    if (!isDirectory(dest)) throw archiveFailure('dest', '', 'tar', namesOf(job))
    requireOwners(owners)
  }
  if (creates !== null) {
    yield* bring(job, false)
    return { result: yield* unpack(job, { kept: false, contents: true }) }
  }
  yield* bring(job, true)
  const output = yield {
    kind: 'run',
    says: `compare ${shortName(source)} with ${dest.path}`,
    silent: true,
    more: true,
    script: lines([
      ...begin(job),
      compareArchive(job.wish, keepDirectory),
      reportUnpacked(dest.path, params.list_files),
    ]),
  }
  const fields = readStep(output, namesOf(job))
  const differs = readComparison(fields, job.wish)
  if (!differs.contents && !differs.attributes) return { result: resultOf(job, fields) }
  // Where only owner or mode differ, the archive is gone with the comparison: that is rare, and most runs end above.
  if (!differs.contents) yield* bring(job, false)
  return { result: yield* unpack(job, { kept: differs.contents, contents: differs.contents }) }
}

/**
 * As whom to unpack where others may write to dest: as its owner, when that is whom the members shall belong to.
 * @throws TaskFailure
 */
function unpackAs({ dest, owners, trust }: UnarchiveState, real: string): UnpackAs {
  const stat = dest.target?.stat ?? dest.stat
  if (stat === null || trust.trusts(real)) return undefined
  // A plain user has nothing to give away that is not their own.
  if (owners.runs.uid !== 0) return undefined
  if (owners.uid === stat.uid && stat.uid !== 0) return { uid: stat.uid, gid: owners.gid ?? stat.gid }
  throw new TaskFailure(`refusing to unpack as root into ${real}, where others may write`, {
    hint: `a link put there meanwhile would lead root out of it: become the owner (become_user: ${stat.owner}), name that owner as owner, or make the directories on the way root's alone`,
    result: { changed: false },
  })
}

function namesOf({ state, source }: Job) {
  return { src: source.name, dest: state.dest.path, work: state.work.path }
}

/** Gets the archive into the working directory, which then stays for the next script. */
async function* bring(job: Job, silently: boolean): Steps<void> {
  const { source, says, predicted, state } = job
  if (source.kind === 'host') return
  const silent = silently ? ({ silent: true } as const) : {}
  const common = { kind: 'run', says, predicted, ...silent, more: true } as const
  const make = [workPrelude(state.work), makeDirectory(state.work)]
  if (source.kind === 'url') {
    const script = lines([...make, fetchArchive, keepDirectory])
    readStep(yield { ...common, script, stdin: source.config }, namesOf(job))
    return
  }
  readStep(yield { ...common, script: lines([...make, keepDirectory]) }, namesOf(job))
  const { file } = source
  const sent = yield {
    kind: 'push',
    says: `send ${file.size} bytes`,
    ...silent,
    source: file,
    to: `${state.work.path}/archive`,
  }
  if (sent.rc === 0) return
  yield { kind: 'run', says: 'remove what was sent', silent: true, script: workPrelude(state.work) }
  throw archiveFailure('push', reasonOf(sent), 'tar', namesOf(job))
}

/** Opens the archive in a script that works with it for the first time. */
function begin({ params, state, source, real, as }: Job): ShellText[] {
  const { work } = state
  const check =
    source.kind === 'host'
      ? [makeDirectory(work)]
      : source.kind === 'controller'
        ? [sh`[ "$(m_sum <"$m_tmp/archive")" = ${source.file.sha256} ] || m_fail checksum`]
        : []
  return [workPrelude(work), ...check, openArchive(source, real, params), checkAs(as), listMembers(params)]
}

/** `kept`: the working directory is there, with the list of members. `contents`: unpack, not only owner and mode. */
async function* unpack(
  job: Job,
  { kept, contents }: { readonly kept: boolean; readonly contents: boolean },
): Steps<Record<string, Value>> {
  const { params, state, source, wish, real, as, says, predicted } = job
  const { dest, work } = state
  const output = yield {
    kind: 'run',
    says: contents ? says : `set owner and mode of what ${shortName(source)} holds in ${dest.path}`,
    predicted,
    script: lines([
      ...(kept ? [workPrelude(work), openArchive(source, real, params)] : begin(job)),
      unpackArchive(params, wish, as, contents),
      reportUnpacked(dest.path, params.list_files),
    ]),
  }
  return resultOf(job, readStep(output, namesOf(job)))
}

/** The keys of Ansible's result. */
function resultOf({ params, source, state }: Job, fields: readonly Field[]): Record<string, Value> {
  const out = field(fields, 'out')
  const files = field(fields, 'files')
  const words = ['tar', '--extract', ...tarOptions(params), '-f', source.name, ...params.include]
  return {
    ...fileResult(readState(fields, state.dest.path), 'dest'),
    src: source.name,
    // GNU tar knows the other compressions by itself, so that Ansible's second handler reads them all.
    handler: field(fields, 'kind')?.toString('latin1') === 'gzip' ? 'TgzArchive' : 'TarArchive',
    ...(out === undefined
      ? {}
      : {
          extract_results: new Map<string, Value>([
            ['cmd', words],
            ['rc', 0],
            ['out', out.toString('utf8')],
            ['err', field(fields, 'err')?.toString('utf8') ?? ''],
          ]),
        }),
    ...(files === undefined ? {} : { files: files.toString('latin1').trimEnd().split('\n').map(memberName) }),
  }
}
