import type { Runner } from '../../probes/account.ts'
import { type PathFacts, stat } from '../../probes/stat.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { observeAncestors, type Place, Trust, withoutSlash } from './trust.ts'

/** Asks about a path whose file a program shall change. */
export function observeReal(path: string) {
  const own = withoutSlash(path)
  return { target: stat(own), way: observeAncestors(own) }
}

/** What is asked of {@link observeReal}. */
export interface RealAnswers {
  readonly target: PathFacts
  readonly way: readonly PathFacts[]
}

/**
 * Where a file lies, behind links that can be trusted; null where nothing is.
 * @param follow false: the link itself
 * @throws TaskFailure for a way that leads astray
 */
export function realPlace({ target, way }: RealAnswers, runs: Runner, follow: boolean): Place | null {
  const trust = new Trust(runs, way)
  trust.followWay(way, target)
  if (target.path === '/') throw new TaskFailure('/ itself is left alone')
  if (target.stat === null) return null
  if (target.link === null || !follow) return trust.placeOf(target)
  const behind = trust.follow(target)
  return behind === null ? null : trust.placeOfReal(behind.path)
}
