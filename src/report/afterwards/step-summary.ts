import { appendFileSync } from 'node:fs'
import type { RecordedEvent } from '../../run/record/event-log.ts'
import type { Listener } from '../../run/record/events.ts'
import { markdownReport } from './markdown.ts'
import { storyOf } from './story.ts'

/**
 * Appends the run as Markdown to the file that a CI job shows as its summary.
 *
 * @param file GITHUB_STEP_SUMMARY, which GitHub Actions, Gitea and Forgejo set
 */
export function stepSummary(file: string): Listener {
  const events: RecordedEvent[] = []
  return (event) => {
    if (event.type === 'phase') return
    events.push({
      ...(event.type === 'task' ? { ...event, result: new Map() } : event),
      at: new Date(),
    })
    if (event.type !== 'run-ended') return
    const story = storyOf(events)
    if (story !== undefined) appendFileSync(file, markdownReport(story, false))
  }
}
