import { basename, join, posix } from 'node:path'
import { type Digest, digest } from '../../../probes/digest.ts'
import type { HostPath } from '../../../probes/expand-path.ts'
import type { AnswersOf } from '../../../probes/probe.ts'
import { type PathFacts, stat } from '../../../probes/stat.ts'
import { lines, sh } from '../../../shell/sh.ts'
import { TaskFailure } from '../../../values/task-failure.ts'
import { type ControllerTree, NotFound } from '../../controller-files.ts'
import type { Action, ActionResult, ModuleContext, Outcome } from '../../module.ts'
import { observeOwners, readOwners, requireOwners } from '../attributes/owners.ts'
import { contentOfFile } from '../content/content.ts'
import { placeFile } from '../content/place-file.ts'
import { readDone } from '../done.ts'
import { holdPrelude } from '../enter.ts'
import { effectOn } from '../touches.ts'
import { observeAncestors, withoutSlash } from '../trust.ts'
import type { RemoteCopyParameters } from './copy-remote-file.ts'
import { placesOfTree } from './tree-places.ts'

type TreeParameters = RemoteCopyParameters

/** Where a tree goes: what is in `src/` goes into dest, the folder `src` under its own name. */
export function treeRoot(src: string, dest: string): HostPath {
  const directory = withoutSlash(dest)
  return src.endsWith('/') ? directory : { directory, name: basename(src) }
}

/** A name below the root of a tree. */
export function below(root: HostPath, name: string): HostPath {
  return typeof root === 'string'
    ? { directory: root, name }
    : { directory: root.directory, name: `${root.name}/${name}` }
}

/** Asks about all places of a tree at once. */
export function observeTree(src: string, tree: ControllerTree, params: TreeParameters) {
  const root = treeRoot(src, params.dest)
  const places = (entries: readonly { readonly name: string }[]) =>
    entries.map(({ name }) => below(root, name))
  return {
    ...observeOwners(params),
    ancestors: observeAncestors(withoutSlash(params.dest)),
    itself: stat(withoutSlash(params.dest)),
    root: stat(root),
    directories: places(tree.directories).map(stat),
    files: places(tree.files).map(stat),
    digests: places(tree.files).map(digest),
    links: places(tree.links).map(stat),
  }
}

/** The tree with links followed where the task says so. */
export async function wholeTree(
  tree: ControllerTree,
  params: Pick<TreeParameters, 'local_follow'>,
  context: ModuleContext,
): Promise<ControllerTree> {
  return (params.local_follow ?? true) ? followLinks(tree, context, 0) : tree
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
    const found = await context.files.find('files', full).catch((error: unknown) => {
      if (!(error instanceof NotFound)) throw error
      return context.files.findTree('files', full)
    })
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
  tree: ControllerTree,
  params: TreeParameters,
  answers: AnswersOf<ReturnType<typeof observeTree>>,
  context: ModuleContext,
): AsyncGenerator<Action, Outcome, ActionResult> {
  const owners = readOwners(params, answers)
  if (!context.check) requireOwners(owners)
  const directories = tree.directories.map(({ name }, at) => ({
    name,
    facts: answers.directories[at] as PathFacts,
  }))
  const places = placesOfTree(params, answers, directories, owners)
  for (const [at, { name, target }] of tree.links.entries())
    places.link(name, answers.links[at] as PathFacts, target)
  const { steps, trust, root } = places
  if (steps.length > 0) {
    const script = lines([holdPrelude, ...steps, sh`printf '\0done\0'`])
    const effect = effectOn(places.touched)
    readDone(yield { kind: 'run', says: `make directories in ${root}`, script, ...effect, more: true }, root)
  }
  for (const [at, file] of tree.files.entries()) {
    const content = await contentOfFile(file)
    const sum = answers.digests[at] as Digest
    const destination = {
      facts: answers.files[at] as PathFacts,
      place: places.of(file.name),
      sha256: sum.kind === 'file' ? sum.sha256 : null,
      unreadable: sum.kind === 'unreadable',
      ...{ owners, trust, missing: places.missing, intoDirectory: false, text: null },
    }
    const options = { sourceMode: file.mode, parents: null }
    // Ansible shows no diff of trees.
    yield* placeFile(params, destination, content, options, { ...context, diff: false })
  }
  return { result: { dest: params.dest.endsWith('/') ? params.dest : `${params.dest}/` } }
}
