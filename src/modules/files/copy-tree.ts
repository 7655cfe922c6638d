import { basename, join, posix } from 'node:path'
import { assignPath } from '../../probes/expand-path.ts'
import { readFields } from '../../probes/fields.ts'
import type { Probe } from '../../probes/probe.ts'
import { scriptProbe } from '../../probes/script.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type {
  Action,
  ActionResult,
  ControllerFile,
  ControllerTree,
  ModuleContext,
  Outcome,
} from '../module.ts'
import { attributeChange, setAttributes } from './attributes.ts'
import { contentOfFile } from './content.ts'
import type { RemoteCopyParameters } from './copy-remote.ts'
import { makeDirectories } from './directories.ts'
import { readDone, runPrelude } from './done.ts'
import { observePath, type PathFacts, pathFunctions, readPaths } from './observe-path.ts'
import { type Owners, ownersScript, readOwners, requireOwners } from './owners.ts'
import { directoryBits, placeFile } from './place-file.ts'

/** What a tree holds and what is at its place on the host; the root is the first of the directories. */
export interface TreeState {
  readonly owners: Owners
  readonly directories: readonly PathFacts[]
  readonly files: readonly { readonly file: ControllerFile; readonly facts: PathFacts }[]
  readonly links: readonly { readonly target: string; readonly facts: PathFacts }[]
}

interface TreeParameters extends RemoteCopyParameters {
  readonly local_follow: boolean
}

/** Reads all places of a tree in one script. `src/` copies what is inside, `src` the folder itself. */
export async function observeTree(
  src: string,
  tree: ControllerTree,
  params: TreeParameters,
  context: ModuleContext,
): Promise<Probe<TreeState>> {
  const all = params.local_follow ? await followLinks(tree, context, 0) : tree
  const inside = src.endsWith('/') ? '' : basename(src)
  const names = [...all.directories, ...all.files, ...all.links].map(({ name }) => name)
  const places = names.map((name) => sh`m_p=$m_root/${name}; ${observePath(sh`$m_p`, true)}`)
  const script = lines([
    pathFunctions,
    assignPath('m_root', params.dest),
    // One slash between root and names; the root of the file system stays.
    sh`while :; do case $m_root in ?*/) m_root=\${m_root%/} ;; *) break ;; esac; done`,
    ...(inside === '' ? [] : [sh`m_root=$m_root/${inside}`]),
    ownersScript(params.owner, params.group),
    observePath(sh`$m_root`, false),
    ...places,
  ])
  return scriptProbe(script, (output) => {
    const fields = readFields(output, `look at ${params.dest}`)
    const facts = readPaths(fields)
    if (facts.length !== names.length + 1)
      throw new TaskFailure("the host's answer makes no sense (not all paths are in it)")
    const directories = 1 + all.directories.length
    const files = directories + all.files.length
    return {
      owners: readOwners(fields, params.owner, params.group),
      directories: facts.slice(0, directories),
      files: all.files.map((file, at) => ({ file, facts: facts[directories + at]! })),
      links: all.links.map(({ target }, at) => ({ target, facts: facts[files + at]! })),
    }
  })
}

/** Links become what they lead to. */
async function followLinks(
  tree: ControllerTree,
  context: ModuleContext,
  depth: number,
): Promise<ControllerTree> {
  if (depth > 20)
    throw new TaskFailure(`links in ${tree.path} lead in a circle`, { hint: 'or set local_follow: no' })
  const directories = [...tree.directories]
  const files = [...tree.files]
  for (const { name } of tree.links) {
    const full = join(tree.path, name)
    const found = await context.files.find('files', full).catch(() => context.files.findTree('files', full))
    if (!('directories' in found)) {
      files.push({ ...found, name })
      continue
    }
    const below = await followLinks(found, context, depth + 1)
    directories.push({ name, mode: 0 })
    for (const one of below.directories) directories.push({ ...one, name: posix.join(name, one.name) })
    for (const one of below.files) files.push({ ...one, name: posix.join(name, one.name) })
  }
  return { path: tree.path, directories, files, links: [] }
}

/** Makes directories and links in one request, then each file that differs. Changed when anything was. */
export async function* convergeTree(
  params: TreeParameters,
  state: TreeState,
  context: ModuleContext,
): AsyncGenerator<Action, Outcome, ActionResult> {
  const { owners } = state
  if (!context.check) requireOwners(owners)
  const root = state.directories[0]!.path
  const steps = [...directorySteps(params, state), ...linkSteps(state)]
  if (steps.length > 0) {
    const script = lines([runPrelude, ...steps, sh`printf '\0done\0'`])
    readDone(yield { kind: 'run', says: `make directories in ${root}`, script, more: true }, root)
  }
  for (const { file, facts } of state.files) {
    const content = await contentOfFile(file)
    const destination = { facts, owners, intoDirectory: false, text: null }
    const options = { sourceMode: file.mode, parents: null }
    // Ansible shows no diff of trees.
    yield* placeFile(params, destination, content, options, { ...context, diff: false })
  }
  return { result: { dest: params.dest.endsWith('/') ? params.dest : `${params.dest}/` } }
}

function directorySteps(params: TreeParameters, { owners, directories }: TreeState): ShellText[] {
  const bits = directoryBits(params.directory_mode, owners.runs.umask)
  return directories.flatMap((facts) => {
    const stat = facts.target?.stat ?? facts.stat
    if (stat === null) return [sh`m_p=${facts.path}`, makeDirectories(sh`$m_p`, bits, owners)]
    if (stat.kind !== 'directory') throw new TaskFailure(`${facts.path} already exists as a ${stat.kind}`)
    const change = attributeChange(stat, owners, undefined)
    return change === null ? [] : [sh`m_p=${facts.path}`, setAttributes(sh`$m_p`, change, sh`m_fail`)]
  })
}

function linkSteps({ links }: TreeState): ShellText[] {
  return links.flatMap(({ target, facts }) => {
    if (facts.link === target) return []
    if (facts.stat !== null && facts.link === null)
      throw new TaskFailure(`refusing to convert from ${facts.stat.kind} to symlink for ${facts.path}`)
    return [sh`m_p=${facts.path}; rm -f -- "$m_p" && LC_ALL=C ln -s -- ${target} "$m_p" || m_fail link`]
  })
}
