import type { HostProof, Stranger } from '../proof/judge.ts'
import type { Failure } from '../run/record/events.ts'
import { visible } from '../values/text/visible.ts'
import { columns } from './columns.ts'
import { paint } from './lines.ts'

/** What is proved of a host; null where nothing is known. */
export interface ProofRow {
  readonly host: string
  readonly ssm: { readonly node: string | null; readonly ping: string | null }
  readonly senders: readonly string[]
  readonly series: HostProof['series']
  /** Seconds since the newest sample of the host. */
  readonly newest: number | null
  readonly problem: string | null
  readonly hint: string | null
}

/** What went wrong, and what to do next. */
interface Reason {
  readonly message: string
  readonly hint?: string | undefined
}

/** Puts together what Systems Manager and AMP say of a host. */
export function rowOf(
  host: string,
  ssm: ProofRow['ssm'] | undefined,
  failure: Failure | undefined,
  proof: HostProof | Reason,
): ProofRow {
  const sent = 'series' in proof ? proof : undefined
  const reasons: Reason[] = [...(failure === undefined ? [] : [failure])]
  if (sent === undefined) reasons.push(proof as Reason)
  const late = sent?.series.filter(({ fresh }) => !fresh) ?? []
  if (sent !== undefined && late.length > 0) {
    const hint = late.length < sent.series.length ? PARTLY_HINT : LATE_HINT
    reasons.push({ message: lateText(late), hint })
  }
  return {
    host,
    ssm: ssm ?? { node: null, ping: null },
    senders: sent?.senders ?? [],
    series: sent?.series ?? [],
    newest: sent?.newest ?? null,
    problem: reasons.length === 0 ? null : reasons.map(({ message }) => message).join('; '),
    hint: reasons.find(({ hint }) => hint !== undefined)?.hint ?? null,
  }
}

const LATE_HINT =
  "look at the collector's log on the host; a 403 there means old credentials, or a role without aps:RemoteWrite"

/** Something of the host arrives, so the way to AMP is open. */
const PARTLY_HINT =
  'the collector sends, and does not get at what it reads: does the exporter run? See `up` of its job'

function lateText(late: HostProof['series']): string {
  const none = late.filter(({ age }) => age === null).map(({ series }) => series)
  const old = late.flatMap(({ series, age }) => (age === null ? [] : `${series} is ${age} s old`))
  return [
    ...(none.length === 0 ? [] : [`no sample of the last five minutes: ${none.join(', ')}`]),
    ...old,
  ].join('; ')
}

const HEADERS = ['HOST', 'MANAGED NODE', 'SSM', 'SENDS', 'SERIES', 'NEWEST']

/**
 * A line a host: its node, whether it is Online, what sends, how many of the expected series are fresh and how old the
 * newest sample is; problems below their host. Then who sends without being in the inventory.
 * @param before what kept all hosts from being looked at
 */
export function proofReport(
  rows: readonly ProofRow[],
  strangers: readonly Stranger[],
  before: readonly Failure[],
): string {
  const [header, ...lines] = columns([HEADERS, ...rows.map(cells)])
  const told = rows.flatMap((row, index) => {
    const line = paint(row.problem === null ? 'ok' : 'failed', lines[index]!)
    if (row.problem === null) return [line]
    return [line, ...indented(row.problem), ...(row.hint === null ? [] : indented(`-> ${row.hint}`))]
  })
  const proved = rows.filter(({ problem }) => problem === null).length
  return `${[
    ...(rows.length === 0 ? [] : [header, ...told, '']),
    ...before.flatMap(({ message, hint }) => [
      visible(message),
      ...(hint === undefined ? [] : indented(`-> ${hint}`)),
    ]),
    `${proved} of ${rows.length} hosts proved`,
    ...strangersText(strangers),
  ].join('\n')}\n`
}

function cells({ host, ssm, senders, series, newest }: ProofRow): string[] {
  const fresh = series.filter((each) => each.fresh).length
  return [
    host,
    ssm.node ?? '-',
    ssm.ping ?? '-',
    senders.length === 0 ? '-' : senders.join(', '),
    series.length === 0 ? '-' : `${fresh} of ${series.length}`,
    newest === null ? '-' : `${newest} s ago`,
  ]
}

function indented(text: string): string[] {
  return [`    ${visible(text)}`]
}

function strangersText(strangers: readonly Stranger[]): string[] {
  if (strangers.length === 0) return []
  const rows = strangers.map(({ host, node, newest }) => [host || '-', node || '-', `${newest} s ago`])
  return [
    '',
    'Send, and are not in the inventory (or no longer as this node):',
    ...columns(rows).map((line) => `    ${line}`),
  ]
}
