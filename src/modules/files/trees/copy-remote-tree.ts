import { type Digest, digest } from '../../../probes/digest.ts'
import { type PathFacts, type Stat, stat } from '../../../probes/stat.ts'
import { lines, sh } from '../../../shell/sh.ts'
import { TaskFailure } from '../../../values/task-failure.ts'
import { type Action, type ActionResult, look, type ModuleContext, type Outcome } from '../../module.ts'
import { fileResult, statResult } from '../attributes/file-result.ts'
import { applyMode, type Mode, parseMode } from '../attributes/modes.ts'
import { type Owners, requireOwners } from '../attributes/owners.ts'
import type { Destination } from '../content/destination.ts'
import { directoryBits } from '../content/place-file.ts'
import { readDone } from '../done.ts'
import { holdPrelude } from '../enter.ts'
import { effectOn } from '../touches.ts'
import { observeAncestors, Trust, withoutSlash } from '../trust.ts'
import { copyRemoteFile, type RemoteCopyParameters } from './copy-remote-file.ts'
import { below, treeRoot } from './copy-tree.ts'
import { listRemote, readableFolder } from './list-remote.ts'
import { placesOfTree } from './tree-places.ts'

/**
 * Copies a folder of the host to another place there: files that differ, directories and links that are missing. What is
 * made has the source's mode (facts/modules.md, copy: remote_src); `mode` is that of the folder itself, owner and group
 * are those of all that was copied.
 *
 * @throws TaskFailure before anything is written where the source cannot be copied whole
 */
export async function* convergeRemoteTree(
  src: string,
  params: RemoteCopyParameters,
  source: PathFacts,
  owners: Owners,
  context: ModuleContext,
): AsyncGenerator<Action, Outcome, ActionResult> {
  if (params.checksum !== undefined)
    throw new TaskFailure('checksum is that of a file, and src is a folder', {
      hint: 'leave checksum out, or copy the file by itself',
    })
  if (!context.check) requireOwners(owners)
  const directory = withoutSlash(params.dest)
  const to = treeRoot(src, params.dest)
  const answers = yield* look('look at the target', {
    ancestors: observeAncestors(directory),
    itself: stat(directory),
    root: stat(to),
  })
  const { path } = answers.root
  if (!params.force && answers.root.stat !== null)
    return { msg: 'file already exists', result: { ...fileResult(answers.root, 'dest'), src } }
  const parent = answers.ancestors.at(-1)
  const above = parent?.target?.stat ?? parent?.stat ?? null
  if (!context.check && !params.dest.endsWith('/') && parent !== undefined && above === null)
    throw new TaskFailure(`Destination directory ${parent.path} does not exist`, {
      hint: `make it first (file: path=${parent.path} state=directory), or end dest with a slash`,
    })
  const { runs } = owners
  const tree = yield* listRemote(readableFolder(source), params.local_follow ?? false, new Trust(runs, []))
  const at = (entries: readonly { readonly name: string }[]) => entries.map(({ name }) => below(to, name))
  const now = yield* look('compare with the target', {
    directories: at(tree.directories).map(stat),
    files: at(tree.files).map(stat),
    digests: at(tree.files).map(digest),
    links: at(tree.links).map(stat),
    sums: tree.files.map(({ facts }) => digest({ directory: '/', name: facts.path.slice(1) })),
  })
  const own = (source.target?.stat ?? source.stat) as Stat
  const newBits = directoryBits(params.directory_mode, runs.umask)
  const mode = rootMode(params.mode, own)
  const directories = tree.directories.map(({ name, facts }, index) => ({
    name,
    facts: now.directories[index] as PathFacts,
    made: facts.stat.mode,
  }))
  // A folder that `dest` itself names by a slash is made first, as those on the way to it are.
  const plainly = src.endsWith('/') && params.dest.endsWith('/')
  const made = plainly ? (newBits ?? 0o777 & ~runs.umask) : own.mode
  const root = {
    mode,
    made: mode === undefined ? made : applyMode(mode, { mode: made, directory: true, umask: runs.umask }),
  }
  const places = placesOfTree(params, { ...answers, runs }, directories, owners, root)
  for (const [index, { name, target }] of tree.links.entries())
    places.link(name, now.links[index] as PathFacts, target)
  const { steps, trust } = places
  if (steps.length > 0) {
    const script = lines([holdPrelude, ...steps, sh`printf '\0done\0'`])
    const predicted = { dest: path, src: source.path }
    const effect = effectOn(places.touched)
    const says = `make directories in ${path}`
    readDone(yield { kind: 'run', says, script, predicted, ...effect, more: true }, path)
  }
  for (const [index, file] of tree.files.entries()) {
    const sum = now.digests[index] as Digest
    const destination: Destination = {
      facts: now.files[index] as PathFacts,
      place: places.of(file.name),
      sha256: sum.kind === 'file' ? sum.sha256 : null,
      unreadable: sum.kind === 'unreadable',
      ...{ owners, trust, missing: places.missing, intoDirectory: false, text: null },
    }
    const from = { source: file.facts, sum: now.sums[index] as Digest, made: 'as the source' } as const
    // The mode of the task is that of the folder alone, and all directories are there.
    yield* copyRemoteFile({ ...params, mode: undefined, dest: path }, from, destination, context)
  }
  // Ansible names the folder in which it made the copy when it had to make that, too.
  const inNew = !src.endsWith('/') && !params.dest.endsWith('/') && answers.itself.stat === null
  const { last } = yield* look('look at what was made', { last: stat(inNew ? directory : to) })
  const slash = src.endsWith('/') && (params.dest.endsWith('/') || answers.root.stat !== null) ? '/' : ''
  return {
    result: { dest: last.path + slash, src, ...statResult(last.stat), checksum: null, md5sum: null },
  }
}

function rootMode(mode: string | undefined, own: Stat): Mode | undefined {
  if (mode === undefined) return undefined
  return mode === 'preserve' ? { octal: own.mode } : parseMode(mode)
}
