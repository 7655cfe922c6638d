import { posix } from 'node:path'
import { type PathFacts, stat as statProbe } from '../../../probes/stat.ts'
import { lines } from '../../../shell/sh.ts'
import { TaskFailure } from '../../../values/task-failure.ts'
import { type Action, type ActionResult, look, type ModuleContext, type Outcome } from '../../module.ts'
import {
  type AttributeItem,
  attributeChange,
  attributeDiff,
  attributeSteps,
} from '../attributes/attributes.ts'
import { fileResult, stateOf } from '../attributes/file-result.ts'
import { applyMode, type Mode, parseMode } from '../attributes/modes.ts'
import { type Owners, requireOwners } from '../attributes/owners.ts'
import { type TimeStep, timeSteps } from '../attributes/time-steps.ts'
import { printDone, readChanged } from '../done.ts'
import { holdPrelude } from '../enter.ts'
import { madeDiff } from '../planned.ts'
import { effectOn } from '../touches.ts'
import { madeDirectory, makeDirectories } from '../trees/directories.ts'
import { moved, realPath, type Trust } from '../trust.ts'
import { type FileParameters, type FileState, followed, literalPath } from './file-state.ts'

/** A directory with its parents; with `recurse`, owner, group and mode of all below. */
export async function* convergeDirectory(
  params: FileParameters,
  state: FileState,
  context: ModuleContext,
): AsyncGenerator<Action, Outcome, ActionResult> {
  const { owners, trust } = state
  const itself = followed(params, state)
  const { path, stat } = itself
  const mode = params.mode === undefined ? undefined : parseMode(params.mode)
  if (stat !== null && stat.kind !== 'directory')
    throw new TaskFailure(`${path} already exists as a ${stateOf(stat)}`, {
      result: fileResult({ path, stat }, 'path'),
      hint: 'remove it first (state: absent), or name another path',
    })
  if (!context.check) requireOwners(owners)
  const times = timeSteps(params, state.times, 'preserve')
  if (stat === null) return yield* make(path, mode, state, times)
  const place = itself.place()
  const own = attributeChange(stat, owners, mode)
  const below =
    state.below.length === 0
      ? []
      : // What is innermost comes first: a directory that is given away is no way to another one any more.
        (yield* entriesBelow(path, realPath(place), state.below)).toReversed()
  const items = below.flatMap((entry) =>
    changeBelow(entry, owners, mode, params.follow ? trust : null, trust),
  )
  const more = times.map(({ script }) => script)
  if (own === null && items.length === 0 && more.length === 0)
    return { result: fileResult({ path, stat }, 'path') }
  const ownItem: AttributeItem[] =
    own === null && more.length === 0 ? [] : [{ place, stat, change: own, more }]
  const all = [...items, ...ownItem]
  const output = yield {
    kind: 'run',
    says:
      items.length === 0
        ? `set attributes of ${path}`
        : `set attributes of ${path} and ${items.length} below`,
    diff: own === null ? [] : [attributeDiff(path, stat, own)],
    predicted: fileResult({ path, stat }, 'path'),
    ...effectOn(all.map((item) => realPath(item.place))),
    script: lines([holdPrelude, attributeSteps(all), printDone(path)]),
  }
  return { result: directoryResult(output, path) }
}

async function* make(
  path: string,
  mode: Mode | undefined,
  { owners, missing }: FileState,
  times: readonly TimeStep[],
): AsyncGenerator<Action, Outcome, ActionResult> {
  const { runs } = owners
  const made = { uid: runs.uid, gid: runs.gid, mode: 0o777 & ~runs.umask }
  const bits =
    mode === undefined ? undefined : applyMode(mode, { mode: made.mode, directory: true, umask: runs.umask })
  const more = times.filter((step) => !step.now).map(({ script }) => script)
  const output = yield {
    kind: 'run',
    says: `make directory ${path}`,
    diff: [madeDiff(path, 'directory', owners, made, bits)],
    predicted: { path, state: 'directory' },
    ...effectOn([madeDirectory(missing)]),
    script: lines([holdPrelude, makeDirectories(missing, bits, owners, more), printDone(path)]),
  }
  return { result: directoryResult(output, path) }
}

/** @throws TaskFailure where an entry does not lie where it was found */
async function* entriesBelow(
  path: string,
  real: string,
  names: readonly string[],
): AsyncGenerator<Action, readonly PathFacts[], ActionResult> {
  const probes = names.map((name) => statProbe(literalPath(name)))
  const { entries } = yield* look(`look at what differs below ${path}`, { entries: probes })
  entries.forEach((entry, at) => {
    const inside = posix.dirname((names[at] as string).slice(path.replace(/\/$/, '').length + 1))
    if (entry.directory !== null && entry.directory !== posix.join(real, inside)) throw moved(entry.path)
  })
  return entries
}

function directoryResult(output: ActionResult, path: string) {
  try {
    return fileResult(readChanged(output, path), 'path')
  } catch (error) {
    throw error instanceof TaskFailure ? error.with({ path, changed: false }) : error
  }
}

/** A link below gets the owner itself; mode and owner go to its target when links are followed. */
function changeBelow(
  entry: PathFacts,
  owners: Owners,
  mode: Mode | undefined,
  following: Trust | null,
  trust: Trust,
): AttributeItem[] {
  const { stat } = entry
  if (stat === null) return []
  const items: AttributeItem[] = []
  const own = attributeChange(stat, owners, entry.link === null ? mode : undefined)
  if (own !== null) items.push({ place: trust.placeOf(entry), stat, change: own })
  const target = entry.link === null || following === null ? null : following.follow(entry)
  const change = target === null ? null : attributeChange(target.stat, owners, mode)
  if (target !== null && change !== null)
    items.push({ place: trust.placeOfReal(target.path), stat: target.stat, change })
  return items
}
