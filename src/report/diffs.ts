import { createTwoFilesPatch } from 'diff'
import { dump } from 'js-yaml'
import type { Diff } from '../run/record/events.ts'
import { plain } from '../values/plain.ts'
import type { Value } from '../values/value.ts'
import { visible } from '../values/visible.ts'

/** Lines; a longer diff is cut with a note, since nobody reads it in a log. */
const MAX_LINES = 400

/** A before and after as a unified diff, each line made visible. Empty when they are equal. */
export function formatDiff(diff: Diff): string {
  const before = asText(diff.before)
  const after = asText(diff.after)
  if (before === after) return ''
  const header = diff.header ?? ''
  const patch = createTwoFilesPatch(
    `before${header === '' ? '' : `: ${header}`}`,
    `after${header === '' ? '' : `: ${header}`}`,
    before,
    after,
    '',
    '',
    { context: 3 },
  )
  const lines = patch.split('\n').slice(1)
  const shown = lines.slice(0, MAX_LINES).map((line) => visible(line))
  if (lines.length > MAX_LINES) shown.push(`(${lines.length - MAX_LINES} more lines)`)
  return shown.join('\n')
}

function asText(value: string | Value): string {
  if (typeof value === 'string') return value
  if (value === null) return ''
  return dump(plain(value), { sortKeys: false })
}
