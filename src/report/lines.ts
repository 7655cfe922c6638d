import { styleText } from 'node:util'
import type { RunEvent, Status } from '../run/record/events.ts'
import { visible } from '../values/text/visible.ts'

const COLOURS: Readonly<Record<Status, Parameters<typeof styleText>[0]>> = {
  ok: 'green',
  changed: 'yellow',
  skipped: 'cyan',
  failed: 'red',
  ignored: 'magenta',
  unreachable: 'red',
  cancelled: 'magenta',
  unknown: 'red',
}

/** A status in its colour; colours follow NO_COLOR, FORCE_COLOR and whether the stream is a terminal. */
export function paint(status: Status, text: string): string {
  return styleText(COLOURS[status], text, { stream: process.stdout })
}

/**
 * One event as one line for a log, or undefined for events that no log needs. Every text is made visible: control
 * characters of a host cannot move the cursor or hide a line.
 */
export function logLine(event: RunEvent, verbosity: number): string | undefined {
  switch (event.type) {
    case 'run-started':
      return `run ${event.run}: ${event.mode} ${visible(event.playbook)}${event.check && event.mode === 'apply' ? ' (check mode: nothing is changed)' : ''}, ${count(event.hosts, 'host')}`
    case 'warning':
      return `warning: ${visible(event.message)}`
    case 'notice':
      return visible(event.message)
    case 'play-started':
      return `play ${visible(event.play)}: ${count(event.hosts.length, 'host')}, ${count(event.tasks, 'task')}${event.batches > 1 ? `, ${event.batches} batches` : ''}`
    case 'no-hosts':
      return `play ${visible(event.play)}: no hosts matched`
    case 'batch-started':
      return event.batches > 1
        ? `batch ${event.batch} of ${event.batches}: ${visible(event.hosts.join(', '))}`
        : undefined
    case 'task':
      return taskLine(event, verbosity)
    case 'retry':
      return `retry: [${visible(event.host)}] ${visible(event.task)} (${event.left} left)`
    case 'resumed':
      return `goes on: [${visible(event.host)}]${event.task === undefined ? '' : ` with ${visible(event.task)}`}, ${count(event.done, 'step')} of run ${event.of} stand`
    case 'activation':
      return event.what === 'created'
        ? `activation ${event.id} created for ${count(event.limit ?? 0, 'registration')}`
        : event.what === 'deleted'
          ? `activation ${event.id} deleted`
          : `activation ${event.id} of an earlier run that died: deleted`
    case 'stopped':
      return `stopped: ${visible(event.reason)}`
    default:
      return undefined
  }
}

/** Whether the event says that a whole host is left out, and why. */
export function isPassedOver({ status, task }: RunEvent & { type: 'task' }): boolean {
  return status === 'skipped' && task === ''
}

function taskLine(event: RunEvent & { type: 'task' }, verbosity: number): string {
  const item = event.item === undefined ? '' : ` => (item=${visible(event.item)})`
  const name = event.task === '' ? '' : ` ${event.handler ? 'handler ' : ''}${visible(event.task)}`
  const bad =
    isPassedOver(event) || (event.status !== 'ok' && event.status !== 'changed' && event.status !== 'skipped')
  const message =
    event.message === undefined || (!bad && event.showsResult !== true && verbosity === 0)
      ? ''
      : `: ${visible(event.message)}`
  return `${paint(event.status, event.status)}: [${visible(event.host)}]${name}${item}${message}`
}

/** `1 host`, `3 hosts`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
