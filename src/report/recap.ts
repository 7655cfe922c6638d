import type { Failure, RunEvent } from '../run/record/events.ts'
import { visible } from '../values/text/visible.ts'
import { count, paint } from './lines.ts'

/** The end of a run: a line a host, then what went wrong, equal failures merged with their cause and what to do. */
export function recapText(event: RunEvent & { type: 'run-ended' }): string {
  const lines: string[] = ['', 'RECAP']
  const names = [...event.recap.keys()].sort()
  const width = Math.max(...names.map((name) => visible(name).length), 1)
  for (const name of names) {
    const counts = event.recap.get(name)
    if (counts === undefined) continue
    const bad = counts.failed > 0 || counts.unreachable > 0
    const status = bad ? 'failed' : counts.changed > 0 ? 'changed' : 'ok'
    lines.push(
      `${paint(status, visible(name).padEnd(width))} : ok=${counts.ok} changed=${counts.changed} unreachable=${counts.unreachable} failed=${counts.failed} skipped=${counts.skipped} rescued=${counts.rescued} ignored=${counts.ignored}`,
    )
  }
  for (const group of mergeFailures(event.failures)) {
    lines.push('')
    const first = group[0] as Failure
    const hosts = group.map(({ host }) => visible(host))
    const shown =
      hosts.length > 8 ? `${hosts.slice(0, 8).join(', ')} and ${hosts.length - 8} more` : hosts.join(', ')
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

/** Failures with the same task, status, message and hint, apart from the host's own name in the message. */
export function mergeFailures(failures: readonly Failure[]): Failure[][] {
  const groups = new Map<string, Failure[]>()
  for (const failure of failures) {
    const generic = failure.message.replaceAll(failure.host, '<host>')
    const key = JSON.stringify([failure.status, failure.task ?? '', generic])
    groups.set(key, [...(groups.get(key) ?? []), failure])
  }
  return [...groups.values()].sort((one, other) => other.length - one.length)
}

function bytes(number: number): string {
  if (number < 10_000) return `${number} B`
  if (number < 10_000_000) return `${(number / 1000).toFixed(0)} kB`
  return `${(number / 1_000_000).toFixed(1)} MB`
}
