import { hostname } from 'node:os'
import type { Listener, RunEvent } from '../../run/record/events.ts'
import { InputError, type Problem } from '../../values/problem.ts'
import { Secret } from '../../values/secret.ts'
import { slackMessage, summaryOf } from './message.ts'
import { postJson } from './post.ts'

/** A webhook that is told how a run ended. */
export interface Webhook {
  /** Its path is as good as a password. */
  readonly address: Secret
  readonly form: 'slack' | 'json'
}

/**
 * Reads the address of a webhook: Slack's own, `slack+https://...` for what takes messages of Slack's form, else it gets the
 * summary as JSON.
 * @throws RangeError for what is no web address; it does not show it
 */
export function readWebhook(written: string): Webhook {
  const plus = written.startsWith('slack+')
  const address = plus ? written.slice('slack+'.length) : written
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw new RangeError('a webhook is a web address like https://hooks.slack.com/services/...')
  const form = plus || url.hostname === 'hooks.slack.com' ? 'slack' : 'json'
  return { address: new Secret(address), form }
}

/**
 * The webhooks of the command line, and of the environment, where no list of processes shows them.
 * @param given as `--notify` has them
 * @param more `MUSTER_NOTIFY`: addresses with blanks between them
 * @throws InputError for each that is none
 */
export function readWebhooks(given: readonly string[], more: string | undefined): Webhook[] {
  const written = [
    ...given.map((address) => ({ address, from: '--notify' })),
    ...(more ?? '')
      .split(/\s+/)
      .filter((address) => address !== '')
      .map((address) => ({ address, from: 'MUSTER_NOTIFY' })),
  ]
  const problems: Problem[] = []
  const webhooks = written.flatMap(({ address, from }) => {
    try {
      return [readWebhook(address)]
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      problems.push({ message: `${from}: ${error.message}` })
      return []
    }
  })
  if (problems.length > 0) throw new InputError(problems)
  return webhooks
}

/**
 * Tells webhooks how the run ended. What cannot be told is a line for `warn`: it never changes how the run ends, and the
 * process lives until it was told or given up.
 */
export function notifying(
  webhooks: readonly Webhook[],
  warn: (line: string) => void,
  environment: NodeJS.ProcessEnv = process.env,
): Listener {
  let started: (RunEvent & { readonly type: 'run-started' }) | undefined
  return (event) => {
    if (event.type === 'run-started') started = event
    if (event.type !== 'run-ended' || started === undefined) return
    const summary = summaryOf(started, event, hostname())
    for (const { address, form } of webhooks)
      void postJson(address, form === 'slack' ? slackMessage(summary) : summary, environment).catch(
        (error: Error) => warn(`warning: ${error.message}`),
      )
  }
}
