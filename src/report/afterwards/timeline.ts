import type { Status } from '../../run/record/events.ts'
import { type Markup, markup } from './markup.ts'
import { type HostStory, type Story, type TaskStory, wholeTasks } from './story.ts'

/** Pixels. */
const ROW = 14
const NAMES = 180
const BARS = 820
const AXIS = 20

/** Rows in one picture: of a larger fleet the hosts that failed come first, then those that took longest. */
const MOST_ROWS = 300

/** Shortest bar that can be seen and pointed at, in pixels. */
const SHORTEST = 1.5

const BAD: ReadonlySet<Status> = new Set(['failed', 'unreachable', 'unknown'])

/** Hosts by time as an SVG: a row a host, a bar a task in the colour of its result, its name when pointed at. */
export function timeline(story: Story): Markup {
  const hosts = story.hosts.toSorted((one, other) => rank(other) - rank(one)).slice(0, MOST_ROWS)
  const ends = story.hosts.flatMap(({ tasks }) => tasks.map(({ end }) => end))
  const total = ends.reduce((latest, end) => Math.max(latest, end), story.ended?.seconds ?? 0) || 1
  const x = (seconds: number) => NAMES + (BARS * seconds) / total
  const height = AXIS + hosts.length * ROW
  const ticks = [0, 1, 2, 3, 4].map((quarter) => (total * quarter) / 4)
  return markup`<svg viewBox="0 0 ${NAMES + BARS + 10} ${height}" role="img" aria-label="hosts by time">
${ticks.map((tick) => markup`<line x1="${x(tick).toFixed(1)}" y1="${AXIS - 4}" x2="${x(tick).toFixed(1)}" y2="${height}" class="tick"/><text x="${x(tick).toFixed(1)}" y="11" class="axis">${tick.toFixed(1)} s</text>`)}
${hosts.map((host, index) => row(host, AXIS + index * ROW))}
</svg>
${hosts.length < story.hosts.length ? markup`<p>${story.hosts.length - hosts.length} more hosts are in the table below.</p>` : undefined}`

  function row(host: HostStory, y: number): Markup {
    return markup`<text x="${NAMES - 6}" y="${y + ROW - 4}" class="name">${short(host.name)}</text>${wholeTasks(host).map((task) => bar(task, y))}
`
  }

  function bar({ task, status, begin, end }: TaskStory, y: number): Markup {
    const width = Math.max(SHORTEST, x(end) - x(begin))
    return markup`<rect x="${x(begin).toFixed(1)}" y="${y + 1}" width="${width.toFixed(1)}" height="${ROW - 3}" class="${status}"><title>${task === '' ? status : task}: ${status}, ${(end - begin).toFixed(1)} s</title></rect>`
  }
}

/** Failed first, then by the time at which the last task ended. */
function rank({ tasks }: HostStory): number {
  const last = tasks.at(-1)?.end ?? 0
  return tasks.some(({ status }) => BAD.has(status)) ? 1e9 + last : last
}

function short(name: string): string {
  return name.length > 26 ? `${name.slice(0, 25)}…` : name
}
