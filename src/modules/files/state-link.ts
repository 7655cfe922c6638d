import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { dict } from '../../values/value.ts'
import type { Action, ActionResult, Diff, ModuleContext, Outcome } from '../module.ts'
import { attributeChange, attributeDiff, setAttributes } from './attributes.ts'
import { readDone, runPrelude } from './done.ts'
import { fileResult, stateOf } from './file-result.ts'
import type { FileParameters, FileState } from './file-state.ts'
import { applyMode, parseMode } from './modes.ts'
import { readPath, type Stat } from './observe-path.ts'
import { requireOwners } from './owners.ts'
import { madeDiff } from './planned.ts'
import { linkOwner } from './state-directory.ts'
import { temporaryName } from './write-script.ts'

/** A link (symbolic or hard). Owner, group and mode go to its target, or with `follow: no` the owner to the link. */
export async function* convergeLink(
  params: FileParameters,
  state: FileState,
  context: ModuleContext,
): AsyncGenerator<Action, Outcome, ActionResult> {
  const { facts, owners, source } = state
  const { path } = facts
  const hard = params.state === 'hard'
  const src = params.src ?? facts.link
  refuse(params, state)
  if (!context.check) requireOwners(owners)
  const there = hard
    ? facts.stat !== null && facts.stat.identity === (source?.stat?.identity ?? '')
    : facts.link !== null && facts.link === src
  // What owner and mode are for: the target's file, or the link itself.
  const target = params.src === undefined ? facts.target : (source?.target ?? targetOf(source))
  const onLink = !hard && !params.follow
  const base: Stat | null = onLink ? (there ? facts.stat : null) : (target?.stat ?? null)
  const mode = params.mode === undefined || onLink ? undefined : parseMode(params.mode)
  const change = base === null ? null : attributeChange(base, owners, mode)
  const newLinkOwner = onLink && !there && (owners.uid !== undefined || owners.gid !== undefined)
  const result = { src: params.src ?? null }
  if (there && change === null) return { result: { ...fileResult(facts, 'dest'), ...result } }
  const steps: ShellText[] = [runPrelude, sh`m_p=${path}`]
  if (!there) steps.push(...makeLink(path, src ?? '', hard, facts.stat, source?.path ?? ''))
  if (newLinkOwner) steps.push(linkOwner(path, owners.uid, owners.gid))
  if (change !== null)
    steps.push(
      onLink
        ? linkOwner(path, change.uid, change.gid)
        : sh`m_p=${target?.path ?? path}
${setAttributes(sh`$m_p`, change, sh`m_fail`)}`,
    )
  const output = yield {
    kind: 'run',
    says: there ? `set attributes of ${path}` : `link ${path} to ${src}`,
    diff: [linkDiff(params, state, there, change === null ? null : { base: base!, mode })],
    predicted: { dest: path, ...result },
    script: lines([...steps, sh`printf '\0done\0'; m_path ${path} ''`]),
  }
  return { result: { ...fileResult(readPath(readDone(output, path)), 'dest'), ...result } }
}

function targetOf(source: FileState['source']): { path: string; stat: Stat } | null {
  return source?.stat === null || source === null ? null : { path: source.path, stat: source.stat }
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
function makeLink(path: string, src: string, hard: boolean, old: Stat | null, source: string): ShellText[] {
  const make = hard ? sh`ln -- ${source}` : sh`ln -s -- ${src}`
  const clear = old?.kind === 'directory' ? [sh`LC_ALL=C rmdir -- "$m_p" || m_fail remove`] : []
  return [
    ...clear,
    sh`m_tmp=${temporaryName(path)}; trap 'rm -f -- "$m_tmp"' EXIT; trap 'exit 1' HUP INT TERM PIPE
LC_ALL=C ${make} "$m_tmp" || m_fail link
# busybox's mv may lack -T, which keeps a link to a directory from swallowing the new one.
mv -fT -- "$m_tmp" "$m_p" 2>/dev/null || { rm -f -- "$m_p" && LC_ALL=C ${make} "$m_p"; } || m_fail link`,
  ]
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
