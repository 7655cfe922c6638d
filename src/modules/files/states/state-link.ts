import { posix } from 'node:path'
import type { PathFacts, Stat } from '../../../probes/stat.ts'
import { lines, type ShellText, sh } from '../../../shell/sh.ts'
import { Secret, sameText } from '../../../values/secret.ts'
import { TaskFailure } from '../../../values/task-failure.ts'
import { dict } from '../../../values/value.ts'
import type { Action, ActionResult, Diff, ModuleContext, Outcome } from '../../module.ts'
import type { Text } from '../../parameters.ts'
import {
  type AttributeChange,
  type AttributeItem,
  attributeChange,
  attributeDiff,
  attributeSteps,
  setAttributes,
} from '../attributes/attributes.ts'
import { fileResult, stateOf } from '../attributes/file-result.ts'
import { applyMode, parseMode } from '../attributes/modes.ts'
import { requireOwners } from '../attributes/owners.ts'
import { printDone, readChanged } from '../done.ts'
import { enter, holdPrelude, temporaryName } from '../enter.ts'
import { madeDiff } from '../planned.ts'
import { effectOn } from '../touches.ts'
import { type Place, realPath, type Trust } from '../trust.ts'
import type { FileParameters, FileState } from './file-state.ts'

/** A link (symbolic or hard). Owner, group and mode go to its target, or with `follow: no` the owner to the link. */
export async function* convergeLink(
  params: FileParameters,
  state: FileState,
  context: ModuleContext,
): AsyncGenerator<Action, Outcome, ActionResult> {
  const { facts, owners, source, trust } = state
  const { path } = facts
  const hard = params.state === 'hard'
  const src = params.src ?? facts.link
  refuse(params, state)
  if (!context.check) requireOwners(owners)
  const there = hard
    ? facts.stat !== null && facts.stat.identity === (source?.stat?.identity ?? '')
    : facts.link !== null && sameText(src ?? undefined, facts.link)
  // What owner and mode are for: the target's file, or the link itself.
  const onLink = !hard && !params.follow
  const target = onLink ? null : params.src === undefined ? targetOf(facts, trust) : targetOf(source, trust)
  const base: Stat | null = onLink ? (there ? facts.stat : null) : (target?.stat ?? null)
  const mode = params.mode === undefined || onLink ? undefined : parseMode(params.mode)
  const change = base === null ? null : attributeChange(base, owners, mode)
  const result = { src: params.src ?? null }
  if (there && change === null) return { result: { ...fileResult(facts, 'dest'), ...result } }
  const place = trust.placeOf(facts)
  const item: AttributeItem[] =
    change === null
      ? []
      : onLink
        ? [{ place, stat: facts.stat as Stat, change }]
        : [{ place: (target as Target).place, stat: (target as Target).stat, change }]
  const made = onLink ? { uid: owners.uid, gid: owners.gid, mode: undefined } : null
  const output = yield {
    kind: 'run',
    says: there ? `set attributes of ${path}` : `link ${path} to ${src}`,
    diff: [linkDiff(params, state, there, change === null ? null : { base: base!, mode })],
    predicted: { dest: path, ...result },
    ...effectOn([realPath(place), ...item.map((one) => posix.join(one.place.directory, one.place.name))]),
    script: lines([
      holdPrelude,
      ...(there ? [] : [makeLink(place, hard ? { source, trust } : (src ?? ''), facts.stat, made)]),
      attributeSteps(item),
      printDone(path),
    ]),
  }
  return { result: { ...fileResult(readChanged(output, path), 'dest'), ...result } }
}

interface Target {
  readonly place: Place
  readonly stat: Stat
}

/** The file behind a path, links followed; null where there is none. */
function targetOf(facts: PathFacts | null, trust: Trust): Target | null {
  if (facts === null) return null
  const followed = trust.follow(facts)
  if (followed !== null) return { place: trust.placeOfReal(followed.path), stat: followed.stat }
  return facts.stat === null ? null : { place: trust.placeOf(facts), stat: facts.stat }
}

/** @throws TaskFailure in Ansible's words where a link must not or cannot be made */
function refuse(params: FileParameters, { facts, source, empty }: FileState): void {
  const { path, stat } = facts
  const { src, force } = params
  if (src === undefined && facts.link === null)
    throw new TaskFailure('src is required for creating new symlinks', { result: { path } })
  const exists =
    source === null ? true : source.stat !== null && (source.link === null || source.target !== null)
  if (src !== undefined && !exists && (!force || params.state === 'hard'))
    throw new TaskFailure(
      params.state === 'hard'
        ? 'src does not exist'
        : `src file does not exist, use 'force=yes' if you really want to create the link: ${source?.path ?? src}`,
      { result: { path, src } },
    )
  if (stat === null || stat.kind === 'link') return
  const same = params.state === 'hard' && stat.identity === source?.stat?.identity
  if (same) return
  const result = fileResult({ path, stat }, 'path')
  const kind = stat.kind === 'directory' ? 'directory' : 'file'
  if (kind === 'directory' && force && !empty)
    throw new TaskFailure(`the directory ${path} is not empty, refusing to convert it`, { result })
  if (!force)
    throw new TaskFailure(
      params.state === 'hard'
        ? `Cannot link, file exists at destination: ${path}`
        : `refusing to convert from ${kind} to symlink for ${path}`,
      { result, hint: 'force: yes replaces it' },
    )
}

/** A new link is made beside and renamed, so that the path is never without one. */
export function makeLink(
  place: Place,
  what: Text | { readonly source: PathFacts | null; readonly trust: Trust },
  old: Stat | null,
  owner: Pick<AttributeChange, 'uid' | 'gid' | 'mode'> | null,
): ShellText {
  const made = `./${posix.basename(temporaryName(place.name))}`
  const target = `${place.trusted ? '.' : '..'}/${place.name}`
  const [make, check] =
    typeof what === 'string' || what instanceof Secret ? [sh`ln -s -- ${what}`, sh`:`] : hardLink(what, made)
  return lines([
    enter(place, sh`m_fail link`),
    ...(old?.kind === 'directory' ? [sh`LC_ALL=C rmdir -- ${target} || m_fail remove`] : []),
    sh`m_t=${made.slice(2)}
LC_ALL=C ${make} ${made} || m_fail link
${check}`,
    ...(owner === null ? [] : setAttributes([made], owner, true)),
    place.trusted
      ? // busybox's mv may lack -T, which keeps a link to a directory from swallowing the new one.
        sh`mv -fT -- ${made} ${target} 2>/dev/null || { rm -f -- ${target} && LC_ALL=C ${make} ${target}; } || m_fail link`
      : sh`LC_ALL=C mv -fT -- ${made} ${target} || m_fail link`,
    // Two names of one file are not renamed over each other, which is no failure.
    sh`rm -f -- ${made}; m_t=; m_leave`,
  ])
}

/** The file is compared with the one that was seen, for its directory may be one where names can be swapped. */
function hardLink(
  { source, trust }: { readonly source: PathFacts | null; readonly trust: Trust },
  made: string,
): [ShellText, ShellText] {
  if (source === null || source.stat === null) return [sh`ln -- ''`, sh`:`]
  const from = trust.placeOf(source)
  const path = posix.join(from.directory, from.name)
  const same = sh`[ "$(LC_ALL=C stat -c %d:%i -- ${made})" = ${source.stat.identity} ] || m_fail moved`
  return [sh`ln -- ${path}`, from.trusted ? sh`:` : same]
}

function linkDiff(
  params: FileParameters,
  { facts, owners }: FileState,
  there: boolean,
  change: { readonly base: Stat; readonly mode: ReturnType<typeof parseMode> | undefined } | null,
): Diff {
  const { path, stat } = facts
  const state = params.state ?? 'link'
  const bits =
    change?.mode === undefined
      ? undefined
      : applyMode(change.mode, { mode: change.base.mode, directory: false, umask: owners.runs.umask })
  if (there) return attributeDiff(path, change!.base, attributeChange(change!.base, owners, change!.mode)!)
  if (stat === null) {
    const made = change?.base ?? { uid: owners.runs.uid, gid: owners.runs.gid, mode: 0o777 }
    const wanted = change === null && params.follow ? { ...owners, uid: undefined, gid: undefined } : owners
    return madeDiff(path, state, wanted, made, bits)
  }
  if (facts.link !== null && state === 'link')
    return { before: dict({ path, src: facts.link }), after: dict({ path, src: params.src ?? null }) }
  return { before: dict({ path, state: stateOf(stat) }), after: dict({ path, state }) }
}
