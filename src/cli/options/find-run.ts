import { type Story, storyOf } from '../../report/afterwards/story.ts'
import { type EarlierRun, earlierRuns } from '../../run/record/earlier-runs.ts'
import { readEvents } from '../../run/record/event-log.ts'
import { InputError } from '../../values/problem.ts'
import { visible } from '../../values/text/visible.ts'

/** A run's story, and whether its process still lives. */
export interface FoundRun {
  readonly story: Story
  readonly alive: boolean
}

/**
 * A run by its identifier, or by as much of its beginning as no other run has; the last one without it.
 *
 * @throws InputError when there is none, when there are several, when it recorded nothing
 */
export async function storyOfRun(stateFolder: string, wanted: string | undefined): Promise<FoundRun> {
  const { run, alive } = await findRun(stateFolder, wanted)
  const story = storyOf((await readEvents(stateFolder, run)) ?? [])
  if (story === undefined)
    throw new InputError([
      {
        message: `run ${run} recorded no events`,
        hint: 'it died before its beginning, or an older version of muster made it: its journal.jsonl is all there is',
      },
    ])
  return { story, alive }
}

/**
 * The same without what it told.
 *
 * @throws InputError when there is none, when there are several
 */
export async function findRun(stateFolder: string, wanted: string | undefined): Promise<EarlierRun> {
  const runs = await earlierRuns(stateFolder)
  const matching = wanted === undefined ? runs.slice(-1) : runs.filter(({ run }) => run.startsWith(wanted))
  const hint = 'muster runs lists them'
  if (matching.length === 0) {
    const message =
      wanted === undefined ? 'no run is on record' : `no run on record begins with ${visible(wanted)}`
    throw new InputError([
      { message, hint: runs.length === 0 ? 'muster apply records one; a plan or a check does not' : hint },
    ])
  }
  if (matching.length > 1)
    throw new InputError([
      {
        message: `${matching.length} runs begin with ${visible(wanted ?? '')}`,
        hint: `give more of it; ${hint}`,
      },
    ])
  return matching[0] as EarlierRun
}
