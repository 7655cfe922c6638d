import { TaskFailure } from '../../values/task-failure.ts'
import { displayText } from '../../values/text/visible.ts'

/** What a version means in the repository that it comes from. */
export type Target =
  /** A branch: the named one, or that of HEAD. */
  | { readonly kind: 'branch'; readonly name: string; readonly commit: string }
  | { readonly kind: 'tag'; readonly name: string; readonly commit: string }
  /** A commit, in full or the begin of its name. */
  | { readonly kind: 'commit'; readonly commit: string }

const COMMIT = /^[0-9a-f]{4,64}$/

/** Whether a version is a commit's whole name, for which nobody has to be asked. */
export function isWholeCommit(version: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(version)
}

/** Patterns of `git ls-remote` by which {@link readTarget} finds a version. */
export function remotePatterns(version: string): string[] {
  return version === 'HEAD'
    ? ['HEAD']
    : [`refs/heads/${version}`, `refs/tags/${version}`, `refs/tags/${version}^{}`]
}

/** Reads what `git ls-remote --symref` printed for {@link remotePatterns}. @throws TaskFailure for a version that is not there */
export function readTarget(printed: string, version: string): Target {
  const refs = new Map<string, string>()
  for (const line of printed.split('\n')) {
    const at = line.indexOf('\t')
    // The first of several is the one itself: a pattern fits the ends of names.
    if (at !== -1 && !refs.has(line.slice(at + 1))) refs.set(line.slice(at + 1), line.slice(0, at))
  }
  const symbolic = /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(printed)?.[1]
  const head = /^([0-9a-f]{40,64})\tHEAD$/m.exec(printed)?.[1]
  if (version === 'HEAD' && head !== undefined)
    return symbolic === undefined
      ? { kind: 'commit', commit: head }
      : { kind: 'branch', name: symbolic, commit: head }
  const branch = refs.get(`refs/heads/${version}`)
  if (branch !== undefined) return { kind: 'branch', name: version, commit: branch }
  const tag = refs.get(`refs/tags/${version}^{}`) ?? refs.get(`refs/tags/${version}`)
  if (tag !== undefined) return { kind: 'tag', name: version, commit: tag }
  if (COMMIT.test(version)) return { kind: 'commit', commit: version }
  throw new TaskFailure(
    version === 'HEAD'
      ? 'the repository has no HEAD: it is empty'
      : `the repository has no branch or tag '${displayText(version)}'`,
    { hint: 'version is a branch, a tag, or a commit; for others give refspec too' },
  )
}

/** Whether a checkout at a commit is at the target. */
export function isAt(commit: string, target: Target): boolean {
  return commit !== '' && commit.startsWith(target.commit)
}

/** Whether two addresses are the same repository, as far as their spelling tells. */
export function sameRepository(one: string, other: string): boolean {
  const plain = (address: string) =>
    address
      .replace(/^file:\/\//, '')
      .replace(/\/+$/, '')
      .replace(/\.git$/, '')
  return plain(one) === plain(other)
}
