import { visible } from '../../values/text/visible.ts'
import { hostSet } from '../host-set.ts'
import { count } from '../lines.ts'
import { COUNTERS, sameRecaps } from '../recap.ts'
import { outcomeOf, type Story, type TaskStory } from './story.ts'
import { changesOf, failuresOf, slowest } from './summary.ts'

/** Characters of diffs in one report: GitHub takes a summary of 1 MiB and drops a longer one whole. */
const MOST_DIFFS = 400_000

/** A run as GitHub-flavoured Markdown, for the summary of a CI job or a comment. */
export function markdownReport(story: Story, alive: boolean): string {
  const title = `## muster ${story.mode} ${code(story.playbook)}: ${outcomeOf(story, alive)}`
  return [
    title,
    headline(story),
    recap(story),
    failures(story),
    changes(story),
    timings(story),
    warnings(story),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n')
}

function headline({ run, began, ended, check, stopped }: Story): string {
  const lines = [
    `Run ${code(run)}, ${began.toISOString().slice(0, 19).replace('T', ' ')} UTC${ended === undefined ? '' : `, ${ended.seconds.toFixed(1)} s`}${check ? ', nothing was changed (check mode)' : ''}.`,
    ...(stopped === undefined ? [] : [`**The rollout stopped itself:** ${text(stopped)}`]),
  ]
  return lines.join('\n\n')
}

function recap(story: Story): string {
  const rows = sameRecaps(story.recap).map(({ hosts, counts }) => [
    text(hostSet(hosts)),
    ...COUNTERS.map((counter) => String(counts[counter])),
  ])
  return rows.length === 0 ? '' : table(['hosts', ...COUNTERS], rows)
}

function failures(story: Story): string {
  const merged = failuresOf(story)
  if (merged.length === 0) return ''
  const parts = merged.map(({ hosts, status, task, message, hint, printed, at }) => {
    const where = task === undefined || task === '' ? '' : ` at ${code(task)}`
    const place =
      at?.position?.line === undefined ? '' : ` (${code(`${at.position.file}:${at.position.line}`)})`
    return [
      `#### ${status} on ${count(hosts.length, 'host')}${where}${place}`,
      text(hostSet(hosts)),
      fence(message),
      ...(printed === undefined ? [] : [`${text(hosts[0]!)} printed:`, fence(printed)]),
      ...(hint === undefined ? [] : [`**What to do:** ${text(hint)}`]),
    ].join('\n\n')
  })
  return ['### What went wrong', ...parts].join('\n\n')
}

function changes(story: Story): string {
  const merged = changesOf(story)
  if (merged.length === 0) return ''
  let left = MOST_DIFFS
  const parts = merged.map(({ hosts, changes: tasks }) => {
    const heading = `#### ${text(hostSet(hosts))}: ${count(tasks.length, 'change')}${hosts.length > 1 ? ' each' : ''}`
    return [heading, ...tasks.map(changed)].join('\n\n')
  })
  return [story.check ? '### What would be changed' : '### What was changed', ...parts].join('\n\n')

  function changed({ task, item, diffs }: TaskStory): string {
    const name = `${text(task)}${item === undefined ? '' : ` (${text(item)})`}`
    const diff = diffs.join('\n')
    if (diff === '') return `- ${name}`
    left -= diff.length
    if (left < 0) return `- ${name} (diff left out: the report would be too long)`
    return `<details><summary>${name}</summary>\n\n${fence(diff, 'diff')}\n\n</details>`
  }
}

function timings(story: Story): string {
  const { hosts, tasks } = slowest(story)
  if (hosts.length === 0) return ''
  const row = ({ name, seconds }: { readonly name: string; readonly seconds: number }) => [
    text(name),
    `${seconds.toFixed(1)} s`,
  ]
  return [
    '### Where the time went',
    table(['slowest hosts', 'busy'], hosts.map(row)),
    ...(tasks.length === 0 ? [] : [table(['slowest tasks', 'longest on a host'], tasks.map(row))]),
  ].join('\n\n')
}

function warnings({ warnings: told }: Story): string {
  return told.length === 0
    ? ''
    : ['### Warnings', told.map((each) => `- ${text(each)}`).join('\n')].join('\n\n')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)].join(
    '\n',
  )
}

/** Text in which no sign has a meaning for Markdown or HTML, on one line. */
function text(raw: string): string {
  return visible(raw).replaceAll(/[\\`*_{}[\]<>()#+|~&$:@]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

/** Text as written, in line: between more backticks than it has in a row, bars of tables escaped. */
function code(raw: string): string {
  const shown = visible(raw)
  const fenceOf = '`'.repeat(longestRun(shown) + 1)
  return `${fenceOf} ${shown.replaceAll('|', '\\|')} ${fenceOf}`
}

/** A block of text as it is. */
function fence(raw: string, language = ''): string {
  const shown = visible(raw, false)
  const mark = '`'.repeat(Math.max(3, longestRun(shown) + 1))
  return `${mark}${language}\n${shown}\n${mark}`
}

function longestRun(shown: string): number {
  let longest = 0
  for (const [run] of shown.matchAll(/`+/g)) longest = Math.max(longest, run.length)
  return longest
}
