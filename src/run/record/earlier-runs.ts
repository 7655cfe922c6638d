import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { processStart } from './process-start.ts'
import { stampOf } from './run-id.ts'

/** An earlier run as its journal tells it. */
export interface EarlierRun {
  readonly run: string
  /** It wrote its end. */
  readonly ended: boolean
  /** Its process still lives (same pid, start time and boot). */
  readonly alive: boolean
  /** Regions in which it was about to make an activation and never wrote down that none is left. */
  readonly regions: readonly string[]
  /** Activations that it wrote down as made and not as deleted. */
  readonly activations: readonly { readonly region: string; readonly id: string }[]
  /** Runs whose leftovers it cleaned up. */
  readonly cleaned: readonly string[]
}

/** The runs in the state folder, oldest first. Lines that were cut off by a kill are passed over. */
export async function earlierRuns(stateFolder: string): Promise<EarlierRun[]> {
  const folder = join(stateFolder, 'runs')
  const names = await readdir(folder).catch(() => [])
  const runs: EarlierRun[] = []
  for (const run of names.sort()) {
    const text = await readFile(join(folder, run, 'journal.jsonl'), 'utf8').catch(() => '')
    const entries = text
      .split('\n')
      .map(parseLine)
      .filter((entry) => entry !== undefined)
    const of = (event: string) => entries.filter((entry) => entry['event'] === event)
    const begun = of('run')[0]
    const ended = of('end').length > 0
    const deleted = new Set(of('activation-deleted').map((entry) => String(entry['id'])))
    const activations = of('activation-created')
      .map((entry) => ({ region: String(entry['region']), id: String(entry['id']) }))
      .filter(({ id }) => !deleted.has(id))
    const open = of('activation-intent').map((entry) => String(entry['region']))
    for (const entry of of('activation-deleted')) {
      const at = open.indexOf(String(entry['region']))
      if (at >= 0) open.splice(at, 1)
    }
    runs.push({
      run,
      ended,
      alive: !ended && begun !== undefined && isAlive(Number(begun['pid']), String(begun['started'])),
      regions: [...new Set([...open, ...activations.map(({ region }) => region)])],
      activations,
      cleaned: of('orphans-deleted').map((entry) => String(entry['of'])),
    })
  }
  return runs
}

function parseLine(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function isAlive(pid: number, started: string): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  return processStart(pid) === started
}

/** How many runs are kept without being asked. */
export const KEPT_RUNS = 50

/**
 * Removes the records of old runs: all but the newest `keep`, and of these only those that began before `before`, where
 * it is given. One that still runs stays, and so does one whose activations nobody has deleted yet: its journal is the
 * only memory of them.
 *
 * @returns the runs that were removed, oldest first
 */
export async function pruneRuns(
  stateFolder: string,
  { keep, before }: { readonly keep: number; readonly before?: Date | undefined },
): Promise<string[]> {
  const folder = join(stateFolder, 'runs')
  const names = (await readdir(folder).catch(() => [])).sort()
  const old = names
    .slice(0, Math.max(0, names.length - keep))
    .filter((run) => before === undefined || run < stampOf(before))
  // Reading the journals costs; mostly there is nothing to remove.
  if (old.length === 0) return []
  const runs = await earlierRuns(stateFolder)
  const cleaned = new Set(runs.flatMap((run) => run.cleaned))
  const needed = new Set(
    runs
      .filter(({ run, alive, regions }) => alive || (regions.length > 0 && !cleaned.has(run)))
      .map(({ run }) => run),
  )
  const removed = old.filter((run) => !needed.has(run))
  for (const run of removed) await rm(join(folder, run), { recursive: true, force: true })
  return removed
}
