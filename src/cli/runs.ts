import { Command, InvalidArgumentError } from 'commander'
import { outcomeOf, storyOf } from '../report/afterwards/story.ts'
import { storyText } from '../report/afterwards/story-text.ts'
import { columns } from '../report/columns.ts'
import { earlierRuns, KEPT_RUNS, pruneRuns } from '../run/record/earlier-runs.ts'
import { readEvents } from '../run/record/event-log.ts'
import { stateFolder } from '../run/record/state-folders.ts'
import { storyOfRun } from './options/find-run.ts'

const DAY = 24 * 60 * 60 * 1000

/** `muster runs`: what earlier runs of this user did. */
export function runsCommand(): Command {
  const runs = new Command('runs').description('list earlier runs, show one, remove old ones')
  runs.addCommand(new Command('list').description('the runs on record, the last one last').action(list), {
    isDefault: true,
  })
  runs.addCommand(
    new Command('show')
      .description("a run's story, host by host")
      .argument('[run]', 'identifier of a run, or its beginning; the last one when left out')
      .option('--host <name>', 'only this host')
      .option('-D, --diff', 'with what was changed, before and after')
      .action(show),
  )
  runs.addCommand(
    new Command('prune')
      .description('remove the records of old runs; those that still run or left an activation behind stay')
      .option('--keep <number>', `how many to keep (default ${KEPT_RUNS})`, wholeNumber)
      .option('--older-than <days>', 'only those that began more than so many days ago', wholeNumber)
      .action(prune),
  )
  return runs
}

function wholeNumber(value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new InvalidArgumentError('give a whole number.')
  return Number(value)
}

async function list(): Promise<void> {
  const state = await stateFolder()
  const rows = [['RUN', 'BEGAN (UTC)', 'TOOK', 'HOSTS', 'CHANGED', 'OUTCOME', 'PLAYBOOK']]
  for (const { run, alive } of await earlierRuns(state)) {
    const events = await readEvents(state, run, ['run-started', 'run-ended'])
    const story = storyOf(events ?? [])
    if (story === undefined) {
      rows.push([run, '', '', '', '', alive ? 'running' : 'recorded no events', ''])
      continue
    }
    const { ended, recap } = story
    const changed = [...recap.values()].filter((counts) => counts.changed > 0).length
    rows.push([
      run,
      story.began.toISOString().slice(0, 19).replace('T', ' '),
      ended === undefined ? '' : `${ended.seconds.toFixed(1)} s`,
      ended === undefined ? '' : String(recap.size),
      ended === undefined ? '' : String(changed),
      outcomeOf(story, alive),
      story.playbook,
    ])
  }
  process.stdout.write(rows.length === 1 ? 'no run is on record\n' : `${columns(rows).join('\n')}\n`)
}

async function show(
  run: string | undefined,
  words: { readonly host?: string; readonly diff?: boolean },
): Promise<void> {
  const { story, alive } = await storyOfRun(await stateFolder(), run)
  process.stdout.write(storyText(story, alive, words))
}

async function prune(words: { readonly keep?: number; readonly olderThan?: number }): Promise<void> {
  const before = words.olderThan === undefined ? undefined : new Date(Date.now() - words.olderThan * DAY)
  const keep = words.keep ?? (before === undefined ? KEPT_RUNS : 0)
  const removed = await pruneRuns(await stateFolder(), { keep, before })
  process.stdout.write(`${removed.map((run) => `removed ${run}\n`).join('')}${removed.length} removed\n`)
}
