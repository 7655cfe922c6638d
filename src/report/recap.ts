import type { Failure, Recap, RunEvent } from '../run/record/events.ts'
import { visible } from '../values/text/visible.ts'
import { hostSet } from './host-set.ts'
import { count, paint } from './lines.ts'

/**
 * The end of a run: a line for the hosts with the same counters, then what went wrong, equal failures merged with
 * their cause and what to do.
 *
 * @param everyHost a line a host instead
 */
export function recapText(event: RunEvent & { type: 'run-ended' }, everyHost = false): string {
  const lines: string[] = ['', 'RECAP']
  const rows = (
    everyHost
      ? [...event.recap].map(([name, counts]) => ({ hosts: [name], counts }))
      : sameRecaps(event.recap)
  )
    .map(({ hosts, counts }) => ({ name: visible(hostSet(hosts)), counts }))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
  const width = rows.reduce((widest, { name }) => Math.max(widest, name.length), 1)
  for (const { name, counts } of rows) {
    const bad = counts.failed > 0 || counts.unreachable > 0
    const status = bad ? 'failed' : counts.changed > 0 ? 'changed' : 'ok'
    lines.push(
      `${paint(status, name.padEnd(width))} : ${COUNTERS.map((counter) => `${counter}=${counts[counter]}`).join(' ')}`,
    )
  }
  for (const group of mergeFailures(event.failures)) {
    lines.push('')
    const first = group[0] as Failure
    const hosts = group.map(({ host }) => visible(host))
    const shown = visible(hostSet(hosts))
    lines.push(
      `${paint(first.status, first.status.toUpperCase())} on ${count(hosts.length, 'host')} (${shown})${first.task === undefined || first.task === '' ? '' : ` at '${visible(first.task)}'`}`,
    )
    lines.push(`  ${visible(first.message, false).replaceAll('\n', '\n  ')}`)
    if (first.printed !== undefined)
      lines.push(
        `  ${hosts[0]} printed:`,
        ...visible(first.printed, false)
          .split('\n')
          .map((line) => `  | ${line}`),
      )
    if (first.hint !== undefined) lines.push(`  what to do: ${visible(first.hint, false)}`)
  }
  const { cost } = event
  lines.push('')
  if (event.check) {
    lines.push(checkText(event))
  }
  lines.push(
    `${event.interrupted ? 'interrupted' : 'done'} in ${event.seconds.toFixed(1)} s: ${count(cost.handshakes, 'handshake')}, ${count(cost.requests, 'request')}, ${bytes(cost.bytesSent)} sent, ${bytes(cost.bytesReceived)} received${event.journal === undefined ? '' : `; journal ${event.journal}`}`,
  )
  return lines.join('\n')
}

/** What a plan comes down to. Of a host that was lost it is not known what is to be done there. */
function checkText({ recap, failures }: RunEvent & { type: 'run-ended' }): string {
  const changes = [...recap.values()].filter((counts) => counts.changed > 0).length
  const lost = new Set(failures.map(({ host }) => host)).size
  const known = changes === 0 ? 'nothing to do' : `${count(changes, 'host')} would be changed`
  const told = changes === 0 ? known : `${known} ("changed" above says what would be)`
  if (lost === 0) return told
  const unknown = `what is to be done on ${count(lost, 'host')} could not be found out`
  return lost >= recap.size ? unknown : `${told} on the others; ${unknown}`
}

/** The counters of a recap, in the order in which Ansible shows them. */
export const COUNTERS = [
  'ok',
  'changed',
  'unreachable',
  'failed',
  'skipped',
  'rescued',
  'ignored',
] as const satisfies readonly (keyof Recap)[]

/** Hosts with the same counters, most hosts first. */
export function sameRecaps(
  recap: ReadonlyMap<string, Readonly<Recap>>,
): { readonly hosts: string[]; readonly counts: Readonly<Recap> }[] {
  const groups = Map.groupBy(recap, ([, counts]) => JSON.stringify(counts))
  return [...groups.values()]
    .map((group) => ({ hosts: group.map(([name]) => name), counts: group[0]![1] }))
    .toSorted((one, other) => other.hosts.length - one.hosts.length)
}

/** Failures with the same task, status, message and hint, apart from the host's own name in the message. */
export function mergeFailures(failures: readonly Failure[]): Failure[][] {
  const groups = new Map<string, Failure[]>()
  for (const failure of failures) {
    const generic = failure.message.replaceAll(failure.host, '<host>')
    const key = JSON.stringify([failure.status, failure.task ?? '', generic])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [failure])
    else group.push(failure)
  }
  return [...groups.values()].sort((one, other) => other.length - one.length)
}

function bytes(number: number): string {
  if (number < 10_000) return `${number} B`
  if (number < 10_000_000) return `${(number / 1000).toFixed(0)} kB`
  return `${(number / 1_000_000).toFixed(1)} MB`
}
