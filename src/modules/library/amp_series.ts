import type { AwsClients } from '../../aws/clients.ts'
import { AwsFailure } from '../../aws/errors.ts'
import { chooseRegion } from '../../aws/identity.ts'
import { type Expected, waitForSamples } from '../../aws/polling/arrivals.ts'
import type { Settled } from '../../aws/polling/shared-poll.ts'
import { revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { type Dict, dict } from '../../values/value.ts'
import { askAws, clientsOf } from '../aws/ask.ts'
import { checkSelector, withLabels } from '../aws/selector.ts'
import { readTags } from '../aws/tags.ts'
import { endpointOf, WORKSPACE_PARAMETERS } from '../aws/workspace-address.ts'
import type { Member } from '../batch-hook.ts'
import { defineModule, nothingToObserve, type RunContext } from '../module.ts'
import type { ParameterSpec, ParametersOf, Text } from '../parameters.ts'

const SPEC = {
  parameters: {
    ...WORKSPACE_PARAMETERS,
    series: {
      type: 'list',
      required: true,
      doc: 'Names of metrics or plain selectors; each has to be there.',
    },
    labels: {
      type: 'dict',
      doc: 'Labels that every series has to have, such as the one that names the host.',
    },
    max_age: { type: 'int', default: 120, doc: 'Seconds that the newest sample may be old.' },
    timeout: { type: 'int', default: 180, doc: 'Seconds to wait for samples that are missing or old.' },
  },
  requiredOneOf: [['workspace_id', 'prometheus_endpoint']],
} as const satisfies ParameterSpec

type SeriesParameters = ParametersOf<typeof SPEC>

export default defineModule({
  name: 'amp_series',
  runsOn: 'controller',
  needsAws: true,
  documentation: {
    summary:
      "Proves that a host's series arrive in a workspace: waits for fresh samples, and fails without them.",
    notes: [
      'Changes nothing. In check mode it looks once and never fails, since what would send may not be there yet.',
      'All hosts of a batch are asked for together: one query for each name of a metric.',
      "Ages are by the controller's clock; a query looks back five minutes, so nothing older is seen.",
    ],
    examples: `
- name: the host's metrics arrive
  amp_series:
    workspace_id: "{{ workspace.workspace_id }}"
    series: [up, node_boot_time_seconds]
    labels: { instance: "{{ inventory_hostname }}" }
    max_age: 120
`,
    returns: {
      series:
        'list of {series, age, fresh}: the selector asked for, seconds since its newest sample (null: none), whether that is young enough',
    },
  },
  spec: SPEC,

  observe: nothingToObserve,

  async *converge(params, _state, context) {
    const expected = expectation(params)
    let looked = (context.shared as FirstLook | null)?.get(context.host)
    if (!context.check && !isProved(looked)) {
      yield {
        kind: 'wait',
        says: `wait for ${expected.map(({ selector }) => selector).join(', ')}`,
        call: async (signal) => {
          const clients = await clientsOf(params.region, context)
          const asked = { params, expected }
          const [answer] = await askAws(() => look(clients, [asked], params.timeout * 1000, signal))
          looked = answer
          return null
        },
      }
    }
    const arrivals = looked?.arrivals ?? expected.map(() => ({ answer: undefined, good: false }))
    const result = {
      series: expected.map(({ selector }, index) =>
        dict({
          series: withLabels(selector, expected[index]!.labels),
          age: arrivals[index]?.answer ?? null,
          fresh: arrivals[index]?.good === true,
        }),
      ),
    }
    if (context.check || arrivals.every(({ good }) => good)) return { result }
    if (looked?.arrivals === null) {
      throw new TaskFailure(`there is no workspace ${params.workspace_id} in the region`, {
        result,
      })
    }
    const words = arrivals.flatMap(({ answer, good }, index) =>
      good
        ? []
        : `${withLabels(expected[index]!.selector, expected[index]!.labels)} ${answer === undefined ? 'has no sample of the last five minutes' : `is ${answer} s old`}`,
    )
    throw new TaskFailure(`series do not arrive: ${words.join('; ')}`, {
      hint: "look at the collector's own log on the host; a 403 there means that its credentials are old or that the role lacks aps:RemoteWrite",
      result,
    })
  },
  batch: {
    look: firstLook,
    open: async (members, context) => ({ shared: await firstLook(members, context), close: async () => {} }),
  },
})

/** What is asked of AMP for one host. */
interface Asked {
  readonly params: {
    readonly workspace_id: Text | undefined
    readonly prometheus_endpoint: Text | undefined
  }
  readonly expected: readonly Expected[]
}

/** What AMP answered for one host; null when there is no such workspace (yet). */
interface Looked {
  readonly arrivals: readonly Settled<number>[] | null
}

/** Host -> what AMP said when all of the batch stood here. */
type FirstLook = ReadonlyMap<string, Looked>

/** @throws TaskFailure for selectors and labels that are none */
function expectation(params: {
  readonly series: readonly Text[]
  readonly labels: Dict | undefined
  readonly max_age: number
}): Expected[] {
  const labels = params.labels === undefined ? {} : readTags(params.labels, 'label')
  return params.series.map((series) => {
    const selector = revealText(series)
    checkSelector(selector, labels)
    return { selector, labels, maxAge: params.max_age }
  })
}

function isProved(looked: Looked | undefined): boolean {
  return looked?.arrivals?.every(({ good }) => good) === true
}

/** Asks for all hosts of a batch together, once. What cannot be asked fails at its host's turn. */
async function firstLook(
  members: readonly Member<SeriesParameters, unknown>[],
  context: RunContext & { readonly signal: AbortSignal },
): Promise<FirstLook> {
  const looked = new Map<string, Looked>()
  for (const [region, group] of Map.groupBy(members, ({ params }) => chosenRegion(params.region))) {
    if (region === undefined) continue
    const asked = group.flatMap(({ host, params }) => {
      try {
        return [{ host, params, expected: expectation(params) }]
      } catch (error) {
        if (error instanceof TaskFailure) return []
        throw error
      }
    })
    const clients = await context.aws(region)
    try {
      const answers = await look(clients, asked, 0, context.signal)
      for (const [index, { host }] of asked.entries()) looked.set(host, answers[index]!)
    } catch (error) {
      // Throttling and its like are waited out by the hosts' own waiting.
      if (!(error instanceof AwsFailure && error.passing)) throw error
    }
  }
  return looked
}

function chosenRegion(given: Text | undefined): string | undefined {
  try {
    return chooseRegion(revealText(given))
  } catch (error) {
    if (error instanceof AwsFailure) return undefined
    throw error
  }
}

/** @param patience milliseconds to wait for samples that are missing or old */
function look(
  clients: AwsClients,
  asked: readonly Asked[],
  patience: number,
  signal: AbortSignal,
): Promise<Looked[]> {
  return Promise.all(
    asked.map(async ({ params, expected }) => {
      const endpoint = await endpointOf(clients, params, signal)
      if (endpoint === null) return { arrivals: null }
      return { arrivals: await waitForSamples(clients, endpoint, expected, { patience, signal }) }
    }),
  )
}
