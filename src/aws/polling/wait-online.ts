import type { AwsClients } from '../clients.ts'
import { AwsFailure } from '../errors.ts'
import { describeNodes, type NodeInformation } from '../nodes.ts'
import { SharedPoll } from './shared-poll.ts'
import { type Clock, systemClock } from './waiting.ts'

export interface OnlineOptions {
  /** How long to wait, milliseconds from now. */
  readonly patience: number
  readonly signal?: AbortSignal
  readonly clock?: Clock
}

export interface OnlineAnswer {
  readonly online: ReadonlyMap<string, NodeInformation>
  /** Not Online in time, with what was last seen; undefined where Systems Manager did not know the id. */
  readonly missing: ReadonlyMap<string, NodeInformation | undefined>
}

/** One poll for all who wait with the same clients, whichever host they wait for. */
const polls = new WeakMap<AwsClients, SharedPoll<string, NodeInformation>>()

/**
 * Waits until Systems Manager says that the nodes are Online. Whoever waits at the same time with the same clients
 * shares the calls: one for each 50 nodes and turn, with back-off and jitter, sooner again when a node joins.
 * Throttling and passing failures are waited out; any other is everybody's.
 * @throws AwsFailure; the signal's reason
 */
export async function waitOnline(
  clients: AwsClients,
  ids: Iterable<string>,
  { patience, signal, clock = systemClock }: OnlineOptions,
): Promise<OnlineAnswer> {
  let poll = polls.get(clients)
  if (poll === undefined) {
    poll = new SharedPoll<string, NodeInformation>({
      ask: async (asked) => {
        const nodes = await describeNodes(clients, asked)
        return asked.map((id) => nodes.get(id))
      },
      isGood: (node) => node?.pingStatus === 'Online',
      isPassing: (failure) => failure instanceof AwsFailure && failure.passing,
    })
    polls.set(clients, poll)
  }
  const wanted = [...new Set(ids)]
  const settled = await poll.wait(wanted, { patience, signal, clock })
  const online = new Map<string, NodeInformation>()
  const missing = new Map<string, NodeInformation | undefined>()
  for (const [index, id] of wanted.entries()) {
    const { answer, good } = settled[index]!
    if (good) online.set(id, answer!)
    else missing.set(id, answer)
  }
  return { online, missing }
}
