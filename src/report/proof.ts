import { visible } from '../values/visible.ts'
import { columns } from './columns.ts'
import { paint } from './lines.ts'

/** What is proved of a host. Texts are empty where nothing is known. */
export interface ProofRow {
  host: string
  /** Managed node's id. */
  node: string
  /** What Systems Manager says. */
  ping: string
  /** Number of series found. */
  series: string
  /** Seconds since the newest sample. */
  newest: string
  problem: string
}

const HEADERS: ProofRow = {
  host: 'HOST',
  node: 'MANAGED NODE',
  ping: 'SSM',
  series: 'SERIES',
  newest: 'NEWEST',
  problem: '',
}
const COLUMNS = ['host', 'node', 'ping', 'series', 'newest'] as const

/** A line a host: its node, whether it is Online, how many series arrived and how old the newest sample is; problems below their host. */
export function proofTable(rows: readonly ProofRow[]): string {
  const cells = (row: ProofRow) =>
    COLUMNS.map((column) => {
      const text = visible(row[column])
      return column === 'newest' && /^\d/.test(text) ? `${text} s ago` : text === '' ? '-' : text
    })
  const lines = columns([HEADERS, ...rows].map(cells)).map((line, index) => {
    const source = rows[index - 1]
    if (source === undefined) return line
    const painted = paint(source.problem === '' ? 'ok' : 'failed', line)
    return source.problem === '' ? painted : `${painted}\n    ${visible(source.problem)}`
  })
  const proved = rows.filter((row) => row.problem === '').length
  return [...lines, '', `${proved} of ${rows.length} hosts proved`].join('\n')
}
