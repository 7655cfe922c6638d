import { posix } from 'node:path'
import type { Runner } from '../../probes/account.ts'
import type { Probe } from '../../probes/probe.ts'
import { type PathFacts, type Stat, stat } from '../../probes/stat.ts'
import { TaskFailure } from '../../values/task-failure.ts'

/** Where something really lies: a directory without links in its name, and the name in it. */
export interface Place {
  readonly directory: string
  readonly name: string
  /** Nobody but root and the running user can change what the name stands for. */
  readonly trusted: boolean
  /** What is made there gets the group of the directory, or that is not known. */
  readonly inherits: boolean
}

/** The whole name of a place, without links in it. */
export function realPath({ directory, name }: Place): string {
  return posix.join(directory, name)
}

const WRITABLE_BY_OTHERS = 0o022
const STICKY = 0o1000
const SETGID = 0o2000

/** The directories on the way to a path as it is written, outermost first: `/a/b` has `/` and `/a`. */
export function ancestorPaths(path: string): string[] {
  const ancestors: string[] = []
  let last = path
  for (let next = posix.dirname(path); next !== last; next = posix.dirname(next)) {
    ancestors.unshift(next)
    last = next
  }
  return ancestors
}

/** Asks about the directories on the way to a path: whether they can be trusted, and which of them are missing. */
export function observeAncestors(path: string): Probe<PathFacts>[] {
  return ancestorPaths(path).map((ancestor) => stat(ancestor))
}

/** What a path stands for as a directory, without links in its name; null where it is none or cannot be entered. */
export function realDirectory(facts: PathFacts): string | null {
  if (facts.link !== null) return facts.target?.stat.kind === 'directory' ? facts.target.path : null
  if (facts.stat?.kind !== 'directory' || facts.directory === null) return null
  return facts.path.endsWith('/') ? facts.directory : posix.join(facts.directory, posix.basename(facts.path))
}

/**
 * What is known of directories, to tell those where names can be swapped by others: a user who owns a directory, or
 * may write to it, can put a link to something of root's in the place of anything in it, at any moment.
 */
export class Trust {
  readonly runs: Runner
  readonly #known = new Map<string, { readonly uid: number; readonly mode: number }>()

  constructor(runs: Runner, seen: readonly PathFacts[]) {
    this.runs = runs
    for (const facts of seen) {
      const real = realDirectory(facts)
      const found = facts.target?.stat ?? facts.stat
      if (real !== null && found !== null) this.#known.set(real, found)
    }
  }

  /** A directory that was made by this task. */
  learn(directory: string, made: { readonly uid: number; readonly mode: number }): void {
    this.#known.set(directory, made)
  }

  /** Whether all directories on the way were seen, and belong to root or the running user alone. */
  trusts(directory: string): boolean {
    const way = [...ancestorPaths(directory), directory]
    return way.every((one) => {
      const known = this.#known.get(one)
      if (known === undefined || !this.#own(known.uid)) return false
      if ((known.mode & WRITABLE_BY_OTHERS) === 0) return true
      // In a sticky directory nobody moves what is not theirs; but what lies there may be anybody's.
      return one !== directory && (known.mode & STICKY) !== 0
    })
  }

  #own(uid: number): boolean {
    return uid === 0 || uid === this.runs.uid
  }

  /** Whether it belongs to root or the running user, and others may not write to it. */
  isOwn(stat: Pick<Stat, 'uid' | 'mode'>): boolean {
    return this.#own(stat.uid) && (stat.mode & WRITABLE_BY_OTHERS) === 0
  }

  /** Where a path lies. Where its directory cannot be entered that is as it was written: holding it will fail. */
  placeOf(facts: PathFacts): Place {
    const path = facts.path.replace(/(?<=.)\/+$/, '')
    if (facts.directory === null)
      return {
        directory: posix.dirname(path),
        name: posix.basename(path),
        trusted: false,
        inherits: true,
      }
    const directory = path === facts.path ? facts.directory : posix.dirname(facts.directory)
    return this.placeIn(directory, posix.basename(path))
  }

  /** The same for a path without links in it. */
  placeOfReal(path: string): Place {
    return this.placeIn(posix.dirname(path), posix.basename(path))
  }

  placeIn(directory: string, name: string): Place {
    const trusted = this.trusts(directory)
    const inherits = ((this.#known.get(directory)?.mode ?? SETGID) & SETGID) !== 0
    return { directory, name, trusted, inherits }
  }

  /**
   * What a link leads to, when root or the running user made the link, or the target belongs to whoever did.
   * @throws TaskFailure for a link by which its owner would have something done to what is another's
   */
  follow(facts: PathFacts): PathFacts['target'] {
    if (facts.link === null || facts.target === null || facts.stat === null) return facts.target
    if (!this.#leadsAstray(facts.stat, facts.target.stat)) return facts.target
    throw astray(facts.path, facts.stat, facts.target)
  }

  /**
   * The same for the links on the way to a path.
   * @throws TaskFailure
   */
  followWay(ancestors: readonly PathFacts[]): void {
    const end = ancestors.at(-1)
    const last = end?.target?.stat ?? end?.stat
    if (last === null || last === undefined) return
    for (const facts of ancestors)
      if (facts.link !== null && facts.stat !== null && facts.target !== null) {
        if (this.#leadsAstray(facts.stat, facts.target.stat) || this.#leadsAstray(facts.stat, last))
          throw astray(facts.path, facts.stat, facts.target)
      }
  }

  #leadsAstray(link: Stat, target: Stat): boolean {
    return !this.#own(link.uid) && link.uid !== target.uid
  }
}

function astray(
  path: string,
  link: Stat,
  target: { readonly path: string; readonly stat: Stat },
): TaskFailure {
  return new TaskFailure(
    `refusing to follow ${path}: the link belongs to ${link.owner}, and ${target.path}, to which it leads, to ${target.stat.owner}`,
    {
      hint: 'such a link may be an attack; name the real path, or have the link made by root',
      result: { path },
    },
  )
}
