import { type Clock, clock } from '../../probes/clock.ts'
import type { AnswersOf, Probe } from '../../probes/probe.ts'
import { type PathFacts, stat } from '../../probes/stat.ts'
import { sh } from '../../shell/sh.ts'
import type { Value } from '../../values/value.ts'
import { type Action, type ActionResult, look, type ModuleContext } from '../module.ts'
import { packageFailure } from './dpkg-result.ts'

/** Whether apt's lists shall be read anew. */
export interface ListsWish {
  readonly updateCache: boolean
  /** Seconds that lists stay fresh; 0: never. */
  readonly cacheValidTime: number
  /** Seconds to wait for another package manager. */
  readonly lockTimeout: number
}

/** How old apt's lists are; undefined where that does not matter. */
export type ListsProbes = {
  readonly lists: readonly Probe<PathFacts>[] | undefined
  readonly now: Probe<Clock> | undefined
}

/** apt touches the first after each update that went well; minimal systems have the second only. */
const LISTS = ['/var/lib/apt/periodic/update-success-stamp', '/var/lib/apt/lists']

/** What tells how old apt's lists are; asked only where the task wants them renewed. */
export function observeLists({ updateCache }: ListsWish): ListsProbes {
  return updateCache ? { lists: LISTS.map(stat), now: clock() } : { lists: undefined, now: undefined }
}

/**
 * Reads apt's lists anew when they are too old; in check mode only when the task is about nothing else.
 * @param alone the task is about nothing else, so that it is its change
 * @returns whether they were (or would be) read, and the keys of the result that say so
 * @throws TaskFailure
 */
export async function* refreshLists(
  wish: ListsWish,
  state: AnswersOf<ListsProbes>,
  context: ModuleContext,
  alone: boolean,
): AsyncGenerator<Action, { updated: boolean; cache: Record<string, Value> }, ActionResult> {
  let read = lastRead(state.lists)
  const fresh = state.now !== undefined && state.now.host - read < wish.cacheValidTime
  const due = wish.updateCache && !fresh
  const updated = due && (alone || !context.check)
  if (updated) {
    const output = yield {
      kind: 'run',
      says: "read apt's lists",
      ...(alone ? {} : { silent: true, more: true }),
      script: sh`export LC_ALL=C LANG=C DEBIAN_FRONTEND=noninteractive
m_o=$(apt-get -o ${`DPkg::Lock::Timeout=${wish.lockTimeout}`} update 2>&1 </dev/null) || { printf '%s\n' "$m_o" >&2; exit 1; }`,
    }
    if (output.rc !== 0) throw packageFailure(output, 'apt-get update')
    const { lists } = yield* look("look when apt's lists were read", { lists: LISTS.map(stat) })
    read = lastRead(lists)
  }
  return { updated, cache: { cache_updated: due, cache_update_time: read } }
}

/** Seconds since 1970; 0 when never. */
function lastRead(lists: readonly PathFacts[] | undefined): number {
  return lists?.find((one) => one.stat !== null)?.stat?.mtime ?? 0
}
