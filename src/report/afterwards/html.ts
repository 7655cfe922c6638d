import { formatPosition } from '../../values/position.ts'
import { hostSet } from '../host-set.ts'
import { count } from '../lines.ts'
import { COUNTERS, sameRecaps } from '../recap.ts'
import { type Markup, markup } from './markup.ts'
import { type HostStory, outcomeOf, type Story, type TaskStory } from './story.ts'
import { changesOf, failuresOf, type MergedChange, type MergedFailure, slowest } from './summary.ts'
import { timeline } from './timeline.ts'

/** Characters of diffs in one page; the rest is left out with a note. */
const MOST_DIFFS = 4_000_000

const STYLE = markup`
:root { color-scheme: light dark; --ok: #2e7d32; --changed: #b26a00; --bad: #c62828; --off: #78909c; --line: #8884 }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 68rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.4rem } h2 { font-size: 1.15rem; margin-top: 2rem; border-bottom: 1px solid var(--line) }
table { border-collapse: collapse } td, th { padding: .15rem .7rem; border-bottom: 1px solid var(--line); text-align: left }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums }
pre { background: #8881; padding: .6rem; overflow-x: auto; font-size: 13px; white-space: pre-wrap; overflow-wrap: anywhere }
svg { width: 100%; font: 10px sans-serif } svg text { fill: currentColor } .axis { text-anchor: middle } .name { text-anchor: end }
.tick { stroke: var(--line) } rect.ok { fill: var(--ok) } rect.changed { fill: var(--changed) } rect.skipped, rect.cancelled { fill: var(--off) }
rect.failed, rect.unreachable, rect.unknown { fill: var(--bad) } rect.ignored { fill: #8e24aa }
b.ok { color: var(--ok) } b.changed { color: var(--changed) } b.failed, b.unreachable, b.unknown { color: var(--bad) } b.skipped, b.cancelled { color: var(--off) }
.add { color: var(--ok) } .del { color: var(--bad) } summary { cursor: pointer }
`

/** A run as one HTML file that needs no network and no script: timeline, failures, changes, every host's story. */
export function htmlReport(story: Story, alive: boolean): string {
  let left = MOST_DIFFS
  const outcome = outcomeOf(story, alive)
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
<title>muster ${story.mode} ${story.playbook}: ${outcome}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>muster ${story.mode} ${story.playbook}: ${outcome}</h1>
<p>Run ${story.run}, began ${story.began.toISOString().slice(0, 19).replace('T', ' ')} UTC${story.ended === undefined ? undefined : markup`, took ${story.ended.seconds.toFixed(1)} s`}${story.check ? ', nothing was changed (check mode)' : undefined}.</p>
${story.stopped === undefined ? undefined : markup`<p><b class="failed">The rollout stopped itself:</b> ${story.stopped}</p>`}
${recapTable(story)}
${section('What went wrong', failuresOf(story).map(failure))}
${story.hosts.length === 0 ? undefined : markup`<h2>Hosts by time</h2>${timeline(story)}`}
${section(story.check ? 'What would be changed' : 'What was changed', changesOf(story).map(change))}
${timings(story)}
${section(
  'Warnings',
  story.warnings.map((warning) => markup`<p>${warning}</p>`),
)}
${section('Every host', story.hosts.map(hostDetails))}
</body>
</html>
`.text

  function change({ hosts, changes }: MergedChange): Markup {
    return markup`<h3>${hostSet(hosts)}: ${count(changes.length, 'change')}${hosts.length > 1 ? ' each' : undefined}</h3>
${changes.map(changedTask)}`
  }

  function changedTask({ task, item, diffs }: TaskStory): Markup {
    const name = markup`${task}${item === undefined ? undefined : ` (${item})`}`
    const diff = diffs.join('\n')
    if (diff === '') return markup`<p>${name}</p>`
    left -= diff.length
    if (left < 0) return markup`<p>${name} (diff left out: the page would be too long)</p>`
    return markup`<details><summary>${name}</summary><pre>${diff.split('\n').map(diffLine)}</pre></details>`
  }
}

function section(title: string, parts: readonly Markup[]): Markup | undefined {
  return parts.length === 0 ? undefined : markup`<h2>${title}</h2>${parts}`
}

function diffLine(line: string): Markup {
  const kind = line.startsWith('+') ? 'add' : line.startsWith('-') ? 'del' : 'same'
  return markup`<span class="${kind}">${line}</span>
`
}

function recapTable(story: Story): Markup {
  const rows = sameRecaps(story.recap).map(
    ({ hosts, counts }) =>
      markup`<tr><td>${hostSet(hosts)}</td>${COUNTERS.map((counter) => markup`<td class="n">${counts[counter]}</td>`)}</tr>
`,
  )
  return markup`<table><tr><th>hosts</th>${COUNTERS.map((name) => markup`<th class="n">${name}</th>`)}</tr>
${rows}</table>`
}

function failure({ hosts, status, task, message, hint, printed, at }: MergedFailure): Markup {
  return markup`<h3><b class="${status}">${status}</b> on ${count(hosts.length, 'host')}${task === undefined || task === '' ? undefined : ` at '${task}'`}</h3>
<p>${hostSet(hosts)}${at?.position === undefined ? undefined : markup` (${formatPosition(at.position)})`}</p>
<pre>${message}</pre>
${printed === undefined ? undefined : markup`<p>${hosts[0]} printed:</p><pre>${printed}</pre>`}
${hint === undefined ? undefined : markup`<p><b>What to do:</b> ${hint}</p>`}`
}

function timings(story: Story): Markup | undefined {
  const { hosts, tasks } = slowest(story)
  if (hosts.length === 0) return undefined
  const table = (title: string, rows: typeof hosts) =>
    markup`<table><tr><th>${title}</th><th class="n">seconds</th></tr>${rows.map(({ name, seconds }) => markup`<tr><td>${name}</td><td class="n">${seconds.toFixed(1)}</td></tr>`)}</table>`
  return markup`<h2>Where the time went</h2>${table('slowest hosts', hosts)}<br/>${table('slowest tasks', tasks)}`
}

function hostDetails({ name, tasks }: HostStory): Markup {
  const row = ({ task, item, status, message, begin, end }: TaskStory) =>
    markup`<tr><td class="n">${begin.toFixed(1)}</td><td class="n">${(end - begin).toFixed(1)}</td><td><b class="${status}">${status}</b></td><td>${task}${item === undefined ? undefined : ` (${item})`}</td><td>${message}</td></tr>
`
  return markup`<details><summary>${name}</summary><table><tr><th class="n">at</th><th class="n">took</th><th></th><th>task</th><th></th></tr>
${tasks.map(row)}</table></details>`
}
