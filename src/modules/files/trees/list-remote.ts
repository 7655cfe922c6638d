import { posix } from 'node:path'
import type { HostPath } from '../../../probes/expand-path.ts'
import { type PathFacts, type Stat, stat } from '../../../probes/stat.ts'
import { TaskFailure } from '../../../values/task-failure.ts'
import { findProbe } from '../../finding/found-files.ts'
import { type Action, type ActionResult, look } from '../../module.ts'
import { moved, realDirectory, type Trust } from '../trust.ts'

/** More than this is a matter for an archive. */
const MOST_ENTRIES = 10_000

/** Links to directories below links to directories: more levels than anybody needs, and an end to circles. */
const DEEPEST_LINKS = 20

/** What is in a folder of the host: names below it, in order, and where that really lies. */
export interface RemoteTree {
  readonly directories: readonly RemoteEntry[]
  readonly files: readonly RemoteEntry[]
  readonly links: readonly { readonly name: string; readonly target: string }[]
}

export interface RemoteEntry {
  readonly name: string
  /** Of the thing itself, which is no link. */
  readonly facts: PathFacts & { readonly stat: Stat }
}

/** A directory that is still to be listed, and its name below the root. */
interface Open {
  readonly name: string
  readonly real: string
}

/** A path without links in its name, in which nothing is expanded any more. */
export function realHostPath(path: string): HostPath {
  return { directory: '/', name: path.replace(/^\/+/, '') }
}

/**
 * Lists a folder of the host. With `follow`, links become what they lead to, as far as whoever made a link could have
 * meant it: a user's link to what is not that user's is refused, or root would give away its own files.
 *
 * @throws TaskFailure for what cannot be listed, read or copied, all of it at once
 */
export async function* listRemote(
  root: string,
  follow: boolean,
  trust: Trust,
): AsyncGenerator<Action, RemoteTree, ActionResult> {
  const directories: RemoteEntry[] = []
  const files: RemoteEntry[] = []
  const links: { name: string; target: string }[] = []
  const faults: string[] = []
  let open: Open[] = [{ name: '.', real: root }]
  let count = 0
  for (let depth = 0; open.length > 0; depth += 1) {
    if (depth > DEEPEST_LINKS)
      throw new TaskFailure(`links in ${root} lead in a circle`, { hint: 'or set local_follow: no' })
    const entries = yield* entriesOf(open)
    count += entries.length
    if (count > MOST_ENTRIES) throw tooMany(root)
    open = []
    const targets: Open[] = []
    for (const { name, facts } of entries) {
      const kind = facts.stat.kind
      if (kind === 'directory') {
        directories.push({ name, facts })
        if (!facts.may.read || !facts.may.execute) faults.push(`${facts.path} not readable`)
      } else if (kind === 'file') files.push({ name, facts })
      else if (kind !== 'link') faults.push(`${facts.path} is no file, folder or link`)
      else if (!follow) links.push({ name, target: facts.link ?? '' })
      else {
        const target = trust.follow(facts)
        if (target === null) faults.push(`${facts.path} leads to nothing (local_follow: no copies the link)`)
        else targets.push({ name, real: target.path })
      }
    }
    const { seen } = yield* look('look where links lead', {
      seen: targets.map(({ real }) => stat(realHostPath(real))),
    })
    for (const [at, { name, real }] of targets.entries()) {
      const facts = there(seen[at] as PathFacts, posix.dirname(real))
      if (facts.stat.kind === 'directory') {
        directories.push({ name, facts })
        open.push({ name, real })
      } else if (facts.stat.kind === 'file') files.push({ name, facts })
      else faults.push(`${real}, to which ${name} leads, is no file or folder`)
    }
  }
  if (faults.length > 0)
    throw new TaskFailure(`cannot copy ${root}: ${faults.slice(0, 10).join('; ')}`, {
      hint: 'nothing was written',
    })
  return { directories: directories.sort(byName), files: files.sort(byName), links }
}

/** Everything below some directories, links as they are. */
async function* entriesOf(open: readonly Open[]): AsyncGenerator<Action, RemoteEntry[], ActionResult> {
  const entries: RemoteEntry[] = []
  for (const { name, real } of open) {
    const { found } = yield* look(`list ${real}`, {
      found: findProbe({
        paths: [realHostPath(real)],
        depth: undefined,
        follow: false,
        type: 'any',
        most: MOST_ENTRIES,
      }),
    })
    if (found.examined > MOST_ENTRIES) throw tooMany(real)
    if (found.skipped.length > 0) throw moved(real)
    if (found.examined !== found.files.length)
      throw new TaskFailure(`not all names in ${real} can be read`, {
        hint: 'a name with a line end in it, perhaps, or files that come and go',
      })
    const { seen } = yield* look(`look at what is in ${real}`, {
      seen: found.files.map(({ path }) => stat(realHostPath(path))),
    })
    for (const [at, { path }] of found.files.entries()) {
      const facts = there(seen[at] as PathFacts, posix.dirname(path))
      entries.push({ name: posix.join(name, posix.relative(real, path)), facts })
    }
  }
  return entries
}

function tooMany(path: string): TaskFailure {
  return new TaskFailure(
    `${path} holds more than ${MOST_ENTRIES} entries, or longer names than fit into an answer`,
    {
      hint: 'copy a folder of that size by command (cp -a, with creates), or by unarchive',
    },
  )
}

/** @throws TaskFailure when it went, or its directory is another than it was */
function there(facts: PathFacts, directory: string): RemoteEntry['facts'] {
  const { stat: now } = facts
  if (now === null || facts.directory !== directory) throw moved(facts.path)
  return { ...facts, stat: now }
}

/** Outer names come before those in them. */
function byName(a: RemoteEntry, b: RemoteEntry): number {
  return a.name < b.name ? -1 : 1
}

/** The folder itself, without links in its name. @throws TaskFailure when it cannot be read */
export function readableFolder(source: PathFacts): string {
  const real = realDirectory(source)
  if (real === null || !source.may.read || !source.may.execute)
    throw new TaskFailure(`Source ${source.path} not readable`, {
      hint: 'become a user who may read it',
    })
  return real
}
