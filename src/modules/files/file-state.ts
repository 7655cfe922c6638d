import { posix } from 'node:path'
import { assignPath } from '../../probes/expand-path.ts'
import { field, readFields } from '../../probes/fields.ts'
import type { Probe } from '../../probes/probe.ts'
import { scriptProbe } from '../../probes/script.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'
import type { Text } from '../parameters.ts'
import { parseMode } from './modes.ts'
import { observePath, type PathFacts, pathFunctions, readPaths } from './observe-path.ts'
import { type Owners, ownersScript, readOwners } from './owners.ts'

export interface FileParameters {
  readonly path: string
  readonly state: 'absent' | 'directory' | 'file' | 'hard' | 'link' | 'touch' | undefined
  readonly src: string | undefined
  readonly owner: Text | undefined
  readonly group: Text | undefined
  readonly mode: string | undefined
  readonly recurse: boolean
  readonly force: boolean
  readonly follow: boolean
  readonly access_time: Text | undefined
  readonly modification_time: Text | undefined
  readonly access_time_format: Text
  readonly modification_time_format: Text
}

/** What the file module knows of a host before it acts. */
export interface FileState {
  readonly facts: PathFacts
  readonly owners: Owners
  /** What a link would lead to. */
  readonly source: PathFacts | null
  /** Nothing is in the directory. */
  readonly empty: boolean
  /** Below the directory, for `recurse`: entries that may differ from what is wanted. */
  readonly below: readonly PathFacts[]
  /** For the diff of a tree that goes; cut when there is very much. */
  readonly content: { readonly directories: readonly string[]; readonly files: readonly string[] } | null
  /** Times of the file as the host's clock shows them: `2026-01-02 03:04:05`. */
  readonly times: { readonly access: string; readonly modification: string } | null
}

export function observeFileState(params: FileParameters, diff: boolean): Probe<FileState> {
  const { state, src } = params
  const parts: ShellText[] = [
    pathFunctions,
    assignPath('m_p', params.path),
    ownersScript(params.owner, params.group),
    observePath(sh`$m_p`, false),
  ]
  const link = state === 'link' || state === 'hard'
  if (link && src !== undefined) {
    parts.push(
      assignPath('m_s', src),
      // A link's text is read from the directory it lies in.
      sh`case $m_s in /*) ;; *) m_s=${posix.dirname(params.path)}/$m_s ;; esac`,
      observePath(sh`$m_s`, false),
    )
  }
  if (link) parts.push(sh`[ -d "$m_p" ] && [ -z "$(ls -A -- "$m_p")" ] && printf 'empty\0\0'`)
  if (state === 'touch')
    parts.push(
      sh`[ ! -e "$m_p" ] || printf 'atime\0%s\0mtime\0%s\0' "$(stat -L -c %x -- "$m_p")" "$(stat -L -c %y -- "$m_p")"`,
    )
  if (params.recurse && (state === 'directory' || state === undefined)) parts.push(listBelow(params))
  if (state === 'absent' && diff)
    parts.push(sh`if [ -d "$m_p" ] && [ ! -L "$m_p" ]; then
printf 'rest\0'
{ find "$m_p" -mindepth 1 -type d -exec printf 'd%s\0' {} +; find "$m_p" -mindepth 1 ! -type d -exec printf 'f%s\0' {} +; } | head -c 200000
fi`)
  parts.push(sh`:`)
  return scriptProbe(lines(parts), (output) => {
    const fields = readFields(output, `look at ${params.path}`)
    const [facts, ...others] = readPaths(fields)
    const rest = field(fields, 'rest')
    const modification = field(fields, 'mtime')?.toString('latin1')
    const access = field(fields, 'atime')?.toString('latin1')
    return {
      facts: facts!,
      owners: readOwners(fields, params.owner, params.group),
      source: link && src !== undefined ? (others[0] ?? null) : null,
      empty: field(fields, 'empty') !== undefined,
      below: link ? [] : others,
      content: rest === undefined ? null : readContent(rest),
      times:
        modification === undefined || access === undefined
          ? null
          : { access: access.slice(0, 19), modification: modification.slice(0, 19) },
    }
  })
}

/** Prints the facts of entries below that may differ: links (for their targets), and what find sees to be different. */
function listBelow(params: FileParameters): ShellText {
  const octal = params.mode === undefined ? undefined : parseMode(params.mode)
  const tests: ShellText[] = [sh`-type l`]
  // Names are compared as ids that an earlier part of the script printed; here the host's own look-up will do.
  if (params.owner !== undefined) tests.push(sh`! -user ${params.owner}`)
  if (params.group !== undefined) tests.push(sh`! -group ${params.group}`)
  if (octal !== undefined)
    tests.push('octal' in octal ? sh`! -perm ${octal.octal.toString(8)}` : sh`! -type l`)
  const test = tests.reduce((left, right) => sh`${left} -o ${right}`)
  return sh`[ ! -d "$m_p" ] || find "$m_p/" -mindepth 1 \( ${test} \) -exec sh -c ${sh`${pathFunctions}
for m_e in "$@"; do m_path "$m_e" ""; done`.reveal()} sh {} +`
}

function readContent(rest: Buffer): { directories: string[]; files: string[] } {
  const names = rest.toString('utf8').split('\0').slice(0, -1)
  const of = (kind: string) =>
    names
      .filter((name) => name[0] === kind)
      .map((name) => name.slice(1))
      .sort()
  return { directories: of('d'), files: of('f') }
}
