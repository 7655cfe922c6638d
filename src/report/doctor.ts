import { visible } from '../values/text/visible.ts'
import { columns } from './columns.ts'
import { paint } from './lines.ts'

/** One finding, of the controller or a host. */
export interface DoctorRow {
  /** `controller`, or the host's name. */
  readonly where: string
  readonly check: string
  readonly status: string
  readonly found: string
  readonly next: string | null
}

/** Where the looks of `aws_check` were made. */
export const CONTROLLER = 'controller'

const ORDER = ['failed', 'warning', 'unchecked', 'ok']
const WORDS: Readonly<Record<string, string>> = { unchecked: 'not checked' }

/**
 * What was found, worst first: one line for all hosts of which the same was found, with what to do below it. What is
 * well is only counted, unless everything is asked for.
 */
export function doctorReport(rows: readonly DoctorRow[], everything: boolean): string {
  const groups = new Map<string, { readonly row: DoctorRow; readonly where: string[] }>()
  for (const row of rows) {
    const key = JSON.stringify([row.check, row.status, row.found, row.next, row.where === CONTROLLER])
    const group = groups.get(key) ?? { row, where: [] }
    group.where.push(row.where)
    groups.set(key, group)
  }
  const shown = [...groups.values()]
    .filter(({ row }) => everything || row.status !== 'ok')
    .sort((a, b) => ORDER.indexOf(a.row.status) - ORDER.indexOf(b.row.status))
  const lines = columns([
    ['WHERE', 'CHECK', 'RESULT', 'FOUND'],
    ...shown.map(({ row, where }) => [
      hostNames(where),
      row.check,
      WORDS[row.status] ?? row.status,
      row.found,
    ]),
  ])
  const told = shown.flatMap(({ row }, at) => [
    paint(row.status === 'failed' ? 'failed' : row.status === 'ok' ? 'ok' : 'changed', lines[at + 1]!),
    ...(row.next === null ? [] : [`    -> ${visible(row.next)}`]),
  ])
  const count = (status: string) => rows.filter((row) => row.status === status).length
  const hosts = new Set(rows.map(({ where }) => where).filter((where) => where !== CONTROLLER))
  const ready = [...hosts].filter(
    (host) => !rows.some((row) => row.where === host && row.status === 'failed'),
  )
  return `${[
    ...(shown.length === 0 ? [] : [lines[0]!, ...told, '']),
    `${ready.length} of ${hosts.size} hosts ready; ${count('ok')} looks found nothing wrong${everything ? '' : ' (-v shows them)'}`,
  ].join('\n')}\n`
}

/** `web01, web02, web03 and 17 more`. */
function hostNames(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ')
  return names.length <= 3 ? shown : `${shown} and ${names.length - 3} more`
}
