import { posix } from 'node:path'
import type { Runner } from '../../probes/account.ts'
import { PATH_VARIABLE } from '../../probes/expand-path.ts'
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
  /** A link of this user leads to the directory, which has to be that user's own. */
  readonly owner?: number
}

/** The whole name of a place, without links in it. */
export function realPath({ directory, name }: Place): string {
  return posix.join(directory, name)
}

const WRITABLE_BY_OTHERS = 0o022
const STICKY = 0o1000
const SETGID = 0o2000

/** A path without slashes at its end. */
export function withoutSlash(path: string): string {
  return path.replace(/(?<=.)\/+$/, '')
}

/**
 * The directories on the way to a path as it is written, outermost first: `/a/b` has `/` and `/a`. Where something in
 * it is expanded on the host, they begin with what that expands to.
 */
export function ancestorPaths(path: string): string[] {
  const ancestors: string[] = []
  const begin = Math.max(path.startsWith('~') ? 0 : -1, lastVariable(path))
  let last = path
  for (let next = posix.dirname(path); next !== last && next.length > begin; next = posix.dirname(next)) {
    if (begin !== -1 && next === '.') break
    ancestors.unshift(next)
    last = next
  }
  return ancestors
}

/** Where the last variable of a path of type path begins; -1 without one. A dollar sign alone is a letter of a name. */
function lastVariable(path: string): number {
  return [...path.matchAll(PATH_VARIABLE)].at(-1)?.index ?? -1
}

/** Asks about the directories on the way to a path: whether they can be trusted, and which of them are missing. */
export function observeAncestors(path: string): Probe<PathFacts>[] {
  return ancestorPaths(path).map((ancestor) => stat(ancestor))
}

/** What a path stands for as a directory, without links in its name; null where it is none or cannot be entered. */
export function realDirectory(facts: PathFacts): string | null {
  if (facts.link !== null) return facts.target?.stat.kind === 'directory' ? facts.target.path : null
  if (facts.stat?.kind !== 'directory' || facts.directory === null) return null
  return posix.join(facts.directory, posix.basename(facts.path))
}

/**
 * What is known of directories, to tell those where names can be swapped by others: a user who owns a directory, or
 * may write to it, can put a link to something of root's in the place of anything in it, at any moment.
 */
export class Trust {
  readonly runs: Runner
  readonly #known = new Map<string, { readonly uid: number; readonly mode: number }>()
  /** What links of other users lead to, and who they are. */
  readonly #foreign = new Map<string, number>()

  constructor(runs: Runner, seen: readonly PathFacts[]) {
    this.runs = runs
    // Behind a link nothing is taken for granted: its target and the state of that were asked one after the other.
    for (const facts of seen) {
      const real = facts.link === null ? realDirectory(facts) : null
      if (real !== null && facts.stat !== null) this.#known.set(real, facts.stat)
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
  placeOf({ path, directory }: PathFacts): Place {
    const name = posix.basename(path)
    if (directory === null) return { directory: posix.dirname(path), name, trusted: false, inherits: true }
    return this.placeIn(directory, name)
  }

  /** The same for a path without links in it. */
  placeOfReal(path: string): Place {
    return this.placeIn(posix.dirname(path), posix.basename(path))
  }

  placeIn(directory: string, name: string): Place {
    const trusted = this.trusts(directory)
    const foreign = [...ancestorPaths(directory), directory].flatMap((one) => this.#foreign.get(one) ?? [])
    const [owner] = foreign
    const inherits = ((this.#known.get(directory)?.mode ?? SETGID) & SETGID) !== 0
    const behindLink = this.#foreign.has(posix.join(directory, name))
    return {
      ...{ directory, name, inherits, trusted: trusted && owner === undefined && !behindLink },
      ...(owner === undefined ? {} : { owner }),
    }
  }

  /**
   * What a link leads to, when root or the running user made it, or the target belongs to whoever did.
   * @throws TaskFailure for a link by which its owner would have something done to what is another's
   */
  follow(facts: PathFacts): PathFacts['target'] {
    const { link, target, stat, directory } = facts
    if (link === null || target === null || stat === null) return target
    const direct = directory !== null && posix.resolve(directory, link) === target.path
    // Where one link leads to another, it is not known who made that one.
    if (this.#own(stat.uid) ? direct : stat.uid === target.stat.uid) {
      if (!this.#own(stat.uid)) this.#foreign.set(target.path, stat.uid)
      return target
    }
    throw this.#own(stat.uid) ? winding(facts.path, target) : astray(facts.path, stat, target)
  }

  /**
   * Whether the way to a path can be gone: every directory on it lies where the one before it says, and links lead
   * nowhere astray. The host answers one question after the other, and names may have been swapped between them.
   * @throws TaskFailure
   */
  followWay(ancestors: readonly PathFacts[], facts: PathFacts): void {
    for (const one of ancestors) this.follow(one)
    const way = [...ancestors, facts]
    way.forEach((one, at) => {
      const before = way[at - 1]
      if (before === undefined || one.directory === null) return
      if (one.directory === realDirectory(before)) return
      throw moved(one.path)
    })
  }
}

/** Answers about a path that do not fit together. */
export function moved(path: string): TaskFailure {
  return new TaskFailure(`${path} was moved while it was looked at`, {
    hint: 'whoever may write to the directories on its way did this, and it may be an attack',
    result: { path },
  })
}

function winding(path: string, target: { readonly path: string }): TaskFailure {
  return new TaskFailure(
    `refusing to follow ${path}: on the way to ${target.path} it leads over other links`,
    {
      hint: `of which nobody knows here who made them; name ${target.path} itself`,
      result: { path },
    },
  )
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
