import { posix } from 'node:path'
import { assignPath, type HostPath } from '../../../probes/expand-path.ts'
import { field, readFields, strictText } from '../../../probes/fields.ts'
import type { AnswersOf, Probe } from '../../../probes/probe.ts'
import { scriptProbe } from '../../../probes/script.ts'
import { type PathFacts, type Stat, stat } from '../../../probes/stat.ts'
import { lines, type ShellText, sh } from '../../../shell/sh.ts'
import { revealText } from '../../../values/secret.ts'
import type { Text } from '../../parameters.ts'
import { parseMode } from '../attributes/modes.ts'
import { type Owners, observeOwners, readOwners } from '../attributes/owners.ts'
import { type Missing, missingDirectories } from '../trees/directories.ts'
import { observeAncestors, type Place, Trust, withoutSlash } from '../trust.ts'

export interface FileParameters {
  readonly path: string
  readonly state: 'absent' | 'directory' | 'file' | 'hard' | 'link' | 'touch' | undefined
  readonly src: Text | undefined
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
  readonly trust: Trust
  /** The directory itself, as far as it is missing. */
  readonly missing: Missing
  /** What a link would lead to. */
  readonly source: PathFacts | null
  /** Nothing is in the directory. */
  readonly empty: boolean
  /** Below the directory, for `recurse`: names of entries that may differ from what is wanted. */
  readonly below: readonly string[]
  /** For the diff of a tree that goes; cut when there is very much. */
  readonly content: { readonly directories: readonly string[]; readonly files: readonly string[] } | null
  /** Times of the file as the host's clock shows them: `2026-01-02 03:04:05`. */
  readonly times: { readonly access: string; readonly modification: string } | null
}

/** Whether a task names a time of its own, which is compared as the host's clock shows it. */
function namesTime({ access_time: access, modification_time: modification }: FileParameters): boolean {
  return [access, modification].some((time) => time !== undefined && time !== 'now' && time !== 'preserve')
}

/** What only scripts can ask is asked only where the task needs it. */
export function observeFileState(params: FileParameters, diff: boolean) {
  const { state, src } = params
  const path = withoutSlash(params.path)
  const link = state === 'link' || state === 'hard'
  const recurses = params.recurse && (state === 'directory' || state === undefined)
  const source = link && src !== undefined ? sourcePath(revealText(src), path) : undefined
  return {
    ...observeOwners(params),
    ancestors: observeAncestors(path),
    facts: stat(path),
    source: source === undefined ? undefined : stat(source),
    sourceAncestors: source === undefined ? undefined : observeAncestors(source),
    empty: link && params.force ? observeEmpty(path) : undefined,
    times: namesTime(params) ? observeTimes(path) : undefined,
    below: recurses ? observeBelow({ ...params, path }) : undefined,
    content: state === 'absent' && diff ? observeContent(path) : undefined,
  }
}

/** The answers to {@link observeFileState}, with the way to the path followed. @throws TaskFailure for a way that others could lead astray */
export function readFileState(
  params: FileParameters,
  answers: AnswersOf<ReturnType<typeof observeFileState>>,
): FileState {
  const { ancestors, facts } = answers
  const trust = new Trust(answers.runs, [...ancestors, facts, ...(answers.sourceAncestors ?? [])])
  trust.followWay(ancestors, facts)
  if (answers.source !== undefined) trust.followWay(answers.sourceAncestors ?? [], answers.source)
  return {
    facts,
    owners: readOwners(params, answers),
    trust,
    missing: missingDirectories(ancestors, facts, trust),
    source: answers.source ?? null,
    empty: answers.empty ?? false,
    below: answers.below ?? [],
    content: answers.content ?? null,
    times: answers.times ?? null,
  }
}

/** What a state is about: the path itself, or with `follow` what its link leads to. */
export interface Followed {
  readonly path: string
  readonly stat: Stat | null
  /** @throws TaskFailure for a place that others could exchange */
  place(): Place
}

/** The path of a task with its link followed where the task wants that. @throws TaskFailure for a link that leads astray */
export function followed({ follow }: FileParameters, { facts, trust }: FileState): Followed {
  const target = follow ? trust.follow(facts) : null
  const path = target?.path ?? facts.path
  return {
    path,
    stat: target?.stat ?? facts.stat,
    place: () => (target === null ? trust.placeOf(facts) : trust.placeOfReal(path)),
  }
}

/** A link's text is read from the directory it lies in. */
function sourcePath(src: string, path: string): string {
  return src.startsWith('/') || /^[~$]/.test(src) ? src : `${posix.dirname(path)}/${src}`
}

function observeEmpty(path: string): Probe<boolean> {
  const script = sh`${assignPath('m_p', path)}; [ ! -d "$m_p" ] || [ -n "$(ls -A -- "$m_p")" ] || printf 'empty\0\0'`
  return scriptProbe(script, (output) => field(readFields(output, `look at ${path}`), 'empty') !== undefined)
}

function observeTimes(path: string): Probe<FileState['times']> {
  const script = sh`${assignPath('m_p', path)}; [ ! -e "$m_p" ] || printf 'atime\0%s\0mtime\0%s\0' "$(stat -L -c %x -- "$m_p")" "$(stat -L -c %y -- "$m_p")"`
  return scriptProbe(script, (output) => {
    const fields = readFields(output, `look at ${path}`)
    const access = field(fields, 'atime')?.toString('latin1').slice(0, 19)
    const modification = field(fields, 'mtime')?.toString('latin1').slice(0, 19)
    return access === undefined || modification === undefined ? null : { access, modification }
  })
}

/** Names of entries below that may differ: links (for their targets), and what find sees to be different. */
function observeBelow(params: FileParameters): Probe<readonly string[]> {
  const octal = params.mode === undefined ? undefined : parseMode(params.mode)
  const tests: ShellText[] = [sh`-type l`]
  // Names are looked up by the host itself.
  if (params.owner !== undefined) tests.push(sh`! -user ${params.owner}`)
  if (params.group !== undefined) tests.push(sh`! -group ${params.group}`)
  if (octal !== undefined)
    tests.push('octal' in octal ? sh`! -perm ${octal.octal.toString(8)}` : sh`! -type l`)
  const test = tests.reduce((left, right) => sh`${left} -o ${right}`)
  const script = lines([
    assignPath('m_p', params.path),
    sh`printf 'rest\0'; [ ! -d "$m_p" ] || find "\${m_p%/}/" -mindepth 1 \( ${test} \) -exec printf '%s\0' {} +`,
  ])
  return scriptProbe(script, (output) => {
    const rest = field(readFields(output, `look at ${params.path}`), 'rest') ?? Buffer.alloc(0)
    return strictText(rest, 'a file name').split('\0').slice(0, -1)
  })
}

/** A name that is to be taken as it is. */
export function literalPath(path: string): HostPath {
  return path.startsWith('/') ? { directory: '/', name: path.slice(1) } : { directory: '.', name: path }
}

function observeContent(path: string): Probe<FileState['content']> {
  const script = lines([
    assignPath('m_p', path),
    sh`if [ -d "$m_p" ] && [ ! -L "$m_p" ]; then
printf 'rest\0'
{ find "$m_p" -mindepth 1 -type d -exec printf 'd%s\0' {} +; find "$m_p" -mindepth 1 ! -type d -exec printf 'f%s\0' {} +; } | head -c 200000
fi`,
  ])
  return scriptProbe(script, (output) => {
    const rest = field(readFields(output, `look at ${path}`), 'rest')
    if (rest === undefined) return null
    const names = rest.toString('utf8').split('\0').slice(0, -1)
    const of = (kind: string) =>
      names
        .filter((name) => name[0] === kind)
        .map((name) => name.slice(1))
        .sort()
    return { directories: of('d'), files: of('f') }
  })
}
