import { TaskFailure } from '../../values/task-failure.ts'
import { dict, type Value } from '../../values/value.ts'
import type { Diff } from '../module.ts'
import type { CollectorState } from './collector-state.ts'
import type { Known } from './known.ts'

/** What a task wants: one collector, or none. */
export interface Wish {
  /** `none`: every collector goes, and the exporters too. */
  readonly name: string
  readonly former: 'stopped' | 'removed'
  readonly foreign: 'refused' | 'stopped' | 'kept'
}

/** One collector that has to go, and how far. */
export interface HostOutcome<S extends CollectorState = CollectorState> {
  readonly state: S
  /** Its files, package and user go too; else it is only stopped and disabled. */
  readonly remove: boolean
}

/**
 * Which collectors have to go, in the table's order.
 * @throws TaskFailure when one runs that muster did not set up and the task does not say what shall become of it, or
 *   when somebody else listens on a port that the wanted one needs
 */
export function departures<S extends CollectorState>(
  wish: Wish,
  { collectors, listening }: { readonly collectors: readonly S[]; readonly listening: ReadonlySet<number> },
): HostOutcome<S>[] {
  const foreign = collectors.filter(
    ({ known, active, enabled, ours }) => known.sends && !ours && active.length + enabled.length > 0,
  )
  // What is wanted is changed by the tasks that follow, so it cannot be kept as it is.
  const refused = foreign.filter(
    ({ known }) => wish.foreign === 'refused' || (wish.foreign === 'kept' && known.name === wish.name),
  )
  if (refused.length > 0) throw notOurs(wish, refused)
  const gone = collectors
    .filter(({ known }) => leaves(wish, known))
    .flatMap((state) => departure(wish, state))
  const wanted = collectors.find(({ known }) => known.name === wish.name)
  if (wanted !== undefined) refuseTakenPorts(wanted, listening, collectors, gone)
  return gone
}

/** Exporters are read by any collector: they stay unless none is wanted. */
function leaves(wish: Wish, known: Known): boolean {
  return known.name !== wish.name && (known.sends || wish.name === 'none')
}

function departure<S extends CollectorState>(wish: Wish, state: S): HostOutcome<S>[] {
  const runs = state.active.length + state.enabled.length > 0
  // What muster did not set up it does not remove.
  if (!state.ours)
    return runs && wish.foreign === 'stopped' && state.known.sends ? [{ state, remove: false }] : []
  const remove = wish.former === 'removed'
  return runs || remove ? [{ state, remove }] : []
}

function notOurs(wish: Wish, foreign: readonly CollectorState[]): TaskFailure {
  const names = foreign.map(({ known }) => `${known.name} (${known.units[0]})`).join(', ')
  return new TaskFailure(
    `${names} is set up on the host, and not by muster${
      wish.name === 'none' ? '' : `: beside ${wish.name} it may send the same series`
    }`,
    {
      hint: "foreign: stopped stops and disables it (or takes it over, where it is the one that is wanted); foreign: kept leaves it alone. Playbooks take the word from the variable 'foreign_collectors'",
    },
  )
}

function refuseTakenPorts(
  wanted: CollectorState,
  listening: ReadonlySet<number>,
  collectors: readonly CollectorState[],
  gone: readonly HostOutcome[],
): void {
  if (wanted.active.length > 0) return
  const freed = new Set(
    gone.filter(({ state }) => state.active.length > 0).flatMap(({ state }) => state.known.ports),
  )
  const taken = wanted.known.ports.filter((port) => listening.has(port) && !freed.has(port))
  if (taken.length === 0) return
  const holder = collectors.find(
    ({ known, active }) => active.length > 0 && known.ports.some((port) => taken.includes(port)),
  )
  const by = holder === undefined ? 'another program' : `${holder.known.name}, which was kept`
  throw new TaskFailure(`${by} listens on port ${taken.join(' and ')}, which ${wanted.known.name} needs`, {
    hint: `on the host, ss -ltnp 'sport = :${taken[0]}' says which program it is (on Windows: Get-NetTCPConnection -LocalPort ${taken[0]})`,
  })
}

/** Before and after, for `--diff`. */
export function departureDiff(wish: Wish, gone: readonly HostOutcome[]): Diff {
  const before = gone.map(({ state }): [string, Value] => [
    state.known.name,
    [
      state.active.length > 0 ? 'running' : 'stopped',
      state.enabled.length > 0 ? 'enabled' : 'disabled',
      ...(state.ours ? [] : ['not set up by muster']),
    ].join(', '),
  ])
  const after = gone.map(({ state, remove }): [string, Value] => [
    state.known.name,
    remove ? 'removed' : 'stopped, disabled',
  ])
  return {
    header: wish.name === 'none' ? 'collectors' : `collectors beside ${wish.name}`,
    before: dict(Object.fromEntries(before)),
    after: dict(Object.fromEntries(after)),
  }
}
