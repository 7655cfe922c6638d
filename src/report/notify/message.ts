import type { RunEvent } from '../../run/record/events.ts'
import { visible } from '../../values/text/visible.ts'
import { hostSet } from '../host-set.ts'
import { count } from '../lines.ts'
import { mergeFailures } from '../recap.ts'

type Started = RunEvent & { readonly type: 'run-started' }
type Ended = RunEvent & { readonly type: 'run-ended' }

/** Failures of a message: the report has all of them. */
const MOST_FAILURES = 5
/** Characters of a failure's text. */
const LONGEST = 300

/** What a webhook is told of a run; field names as in the events' JSON. */
export interface Summary {
  readonly type: 'run-ended'
  readonly run: string
  readonly playbook: string
  readonly mode: 'apply' | 'plan'
  readonly check: boolean
  /** The machine that muster ran on. */
  readonly controller: string
  readonly exitCode: number
  readonly interrupted: boolean
  readonly seconds: number
  /** How many there were, and of those how many have at least one task that ended so. */
  readonly hosts: {
    readonly all: number
    readonly changed: number
    readonly failed: number
    readonly unreachable: number
  }
  /** Equal ones merged, those of most hosts first. */
  readonly failures: readonly {
    readonly status: string
    readonly hosts: readonly string[]
    readonly task: string | undefined
    readonly message: string
    readonly hint: string | undefined
  }[]
}

/** The summary of a run that has ended. Texts are masked already, as all events are. */
export function summaryOf(started: Started, ended: Ended, controller: string): Summary {
  const recaps = [...ended.recap.values()]
  const { run, playbook, mode, check } = started
  const { exitCode, interrupted, seconds } = ended
  return {
    ...{ type: 'run-ended', run, playbook, mode, check, controller, exitCode, interrupted, seconds },
    hosts: {
      all: recaps.length,
      changed: recaps.filter(({ changed }) => changed > 0).length,
      failed: recaps.filter(({ failed }) => failed > 0).length,
      unreachable: recaps.filter(({ unreachable }) => unreachable > 0).length,
    },
    failures: mergeFailures(ended.failures).map((group) => {
      const { status, task, message, hint } = group[0]!
      return { status, hosts: group.map(({ host }) => host), task, message, hint }
    }),
  }
}

/** The same as a message of Slack (and of what takes Slack's: Mattermost, Rocket.Chat). */
export function slackMessage(summary: Summary): { readonly text: string } {
  const { run, playbook, controller, exitCode, interrupted, seconds, hosts, failures } = summary
  const word = interrupted ? 'interrupted' : exitCode === 0 ? 'done' : `ended with ${exitCode}`
  const sign = exitCode === 0 ? ':white_check_mark:' : ':x:'
  const lines = [
    `${sign} *${escaped(playbook)}* ${word} in ${seconds.toFixed(0)} s on ${count(hosts.all, 'host')}: ${hosts.changed} changed, ${hosts.failed} failed, ${hosts.unreachable} unreachable`,
    ...failures.slice(0, MOST_FAILURES).map(({ status, hosts: on, task, message }) => {
      const where = task === undefined || task === '' ? '' : ` at '${escaped(task)}'`
      return `• ${status} on ${escaped(hostSet(on))}${where}: ${escaped(message).slice(0, LONGEST)}`
    }),
    ...(failures.length > MOST_FAILURES ? [`• and ${failures.length - MOST_FAILURES} more`] : []),
    `run ${run} on ${escaped(controller)}`,
  ]
  return { text: lines.join('\n') }
}

/** Slack's three characters, so that no host's text becomes a link or a call of everybody; on one line. */
function escaped(text: string): string {
  return visible(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
