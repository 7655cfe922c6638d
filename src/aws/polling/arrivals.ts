import type { AwsClients } from '../clients.ts'
import { AwsFailure } from '../errors.ts'
import { instantQuery } from '../queries.ts'
import { withMatchers } from '../selector.ts'
import { type Settled, SharedPoll } from './shared-poll.ts'
import { type Clock, systemClock, type WaitOptions } from './waiting.ts'

/** The newest sample of all series with these labels. */
export interface NewestSample {
  /** The labels that were asked for, empty where a series has not one. */
  readonly labels: Readonly<Record<string, string>>
  /** Seconds since it was taken, by the controller's clock; 0 for one of the future. */
  readonly age: number
}

/**
 * The newest samples of a selector, told apart by these labels: one query, however many hosts send. A query looks back
 * five minutes, so what is older is not there.
 * @throws AwsFailure
 */
export async function newestSamples(
  clients: AwsClients,
  endpoint: string,
  selector: string,
  by: readonly string[],
  options: WaitOptions = {},
): Promise<NewestSample[]> {
  const grouped = by.length === 0 ? '' : ` by (${by.join(', ')}) `
  const points = await instantQuery(clients, endpoint, `max${grouped}(timestamp(${selector}))`, options)
  const now = Date.now() / 1000
  return points.map(({ labels, value }) => ({
    labels: Object.fromEntries(by.map((label) => [label, labels[label] ?? ''])),
    age: Math.max(0, Math.round(now - value)),
  }))
}

/** Series that have to be there, and how old their newest sample may be. */
export interface Expected {
  readonly selector: string
  readonly labels: Readonly<Record<string, string>>
  /** Seconds. */
  readonly maxAge: number
}

/** One poll for all who wait for samples in the same workspace. */
const polls = new WeakMap<AwsClients, Map<string, SharedPoll<Expected, number>>>()

/**
 * Waits until the newest sample of each is young enough. Whoever waits at the same time for the same selector and the
 * same names of labels shares one query, whichever host it is for.
 * @returns for each its age in seconds, undefined where there is no sample, and whether that is good
 * @throws AwsFailure; the signal's reason
 */
export function waitForSamples(
  clients: AwsClients,
  endpoint: string,
  expected: readonly Expected[],
  { patience, signal, clock = systemClock }: { patience: number; signal?: AbortSignal; clock?: Clock },
): Promise<Settled<number>[]> {
  const ofClients = polls.get(clients) ?? new Map<string, SharedPoll<Expected, number>>()
  polls.set(clients, ofClients)
  let poll = ofClients.get(endpoint)
  if (poll === undefined) {
    poll = new SharedPoll({
      ask: (questions) => ask(clients, endpoint, questions),
      isGood: (age, { maxAge }) => age !== undefined && age <= maxAge,
      isPassing: (failure) => failure instanceof AwsFailure && failure.passing,
    })
    ofClients.set(endpoint, poll)
  }
  return poll.wait(expected, { patience, signal, clock })
}

async function ask(
  clients: AwsClients,
  endpoint: string,
  questions: readonly Expected[],
): Promise<(number | undefined)[]> {
  const groups = Map.groupBy(questions, ({ selector, labels }) =>
    JSON.stringify([selector, Object.keys(labels).sort()]),
  )
  const ages = new Map<string, number>()
  await Promise.all(
    [...groups.values()].map(async (group) => {
      const { selector, labels } = group[0]!
      const names = Object.keys(labels).sort()
      // More than the group asked for may match, a label of one with another's; `ages` is asked by all labels.
      const matchers = Object.fromEntries(
        names.map((name) => [name, [...new Set(group.map((each) => each.labels[name]!))]]),
      )
      const found = await newestSamples(clients, endpoint, withMatchers(selector, matchers), names)
      for (const { labels, age } of found) ages.set(key(selector, labels), age)
    }),
  )
  return questions.map(({ selector, labels }) => ages.get(key(selector, labels)))
}

function key(selector: string, labels: Readonly<Record<string, string>>): string {
  return JSON.stringify([selector, Object.entries(labels).sort()])
}
