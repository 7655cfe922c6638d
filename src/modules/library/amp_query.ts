import type { AwsClients } from '../../aws/clients.ts'
import { AwsFailure } from '../../aws/errors.ts'
import { backOff, systemClock } from '../../aws/polling/waiting.ts'
import { instantQuery, type SeriesPoint } from '../../aws/queries.ts'
import { Float } from '../../values/float.ts'
import { revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { dict, type Value } from '../../values/value.ts'
import { askAws, clientsOf } from '../aws/ask.ts'
import { endpointOf, WORKSPACE_PARAMETERS } from '../aws/workspace-address.ts'
import { defineModule, nothingToObserve } from '../module.ts'
import type { ParameterSpec, ParametersOf } from '../parameters.ts'

const SPEC = {
  parameters: {
    query: { type: 'str', required: true, doc: 'An expression of PromQL whose answer is a list of series.' },
    ...WORKSPACE_PARAMETERS,
    above: { type: 'float', doc: 'Every value has to be greater.' },
    at_least: { type: 'float', doc: 'Every value has to be this or greater.' },
    below: { type: 'float', doc: 'Every value has to be less.' },
    at_most: { type: 'float', doc: 'Every value has to be this or less.' },
    empty_ok: {
      type: 'bool',
      default: false,
      doc: 'An answer without series is well: for expressions that keep only what is wrong.',
    },
    timeout: { type: 'int', default: 0, doc: 'Seconds to wait until the values are as they have to be.' },
  },
  requiredOneOf: [['workspace_id', 'prometheus_endpoint']],
} as const satisfies ParameterSpec

type QueryParameters = ParametersOf<typeof SPEC>

/** Series of a result and of a message: an answer may have thousands. */
const MOST_SERIES = 1000
const MOST_TOLD = 5

export default defineModule({
  name: 'amp_query',
  runsOn: 'controller',
  needsAws: true,
  documentation: {
    summary: 'Asks a workspace an expression of PromQL, and fails unless all its values are within bounds.',
    notes: [
      'Changes nothing. In check mode it asks once and never fails.',
      'Made for the `gate` of a rollout; `amp_series` proves that the series of hosts arrive.',
      'NaN is within no bounds.',
    ],
    examples: `
- name: no more errors than before
  amp_query:
    workspace_id: "{{ workspace.workspace_id }}"
    query: sum(rate(http_requests_total{code=~"5.."}[5m])) / sum(rate(http_requests_total[5m]))
    below: 0.01
    timeout: 120
`,
    returns: {
      series: 'list of {labels, value}: what was answered, of a thousand series at most',
    },
  },
  spec: SPEC,

  observe: nothingToObserve,

  async *converge(params, _state, context) {
    let answer: readonly SeriesPoint[] = []
    yield {
      kind: 'wait',
      says: `ask for ${params.query}`,
      call: async (signal) => {
        const clients = await clientsOf(params.region, context)
        const patience = context.check ? 0 : params.timeout * 1000
        answer = await askAws(() => askUntil(clients, params, { patience, signal }))
        return null
      },
    }
    const result = { series: answer.slice(0, MOST_SERIES).map(told) }
    const wrong = context.check ? undefined : misfit(answer, params)
    if (wrong !== undefined) throw new TaskFailure(`${params.query}: ${wrong}`, { result })
    return { result }
  },
})

/** @throws AwsFailure, also when there is no such workspace */
async function askUntil(
  clients: AwsClients,
  params: QueryParameters,
  { patience, signal }: { readonly patience: number; readonly signal: AbortSignal },
): Promise<readonly SeriesPoint[]> {
  const endpoint = await endpointOf(clients, params, signal)
  if (endpoint === null)
    throw new TaskFailure(`there is no workspace ${params.workspace_id} in ${clients.region}`)
  const until = systemClock.now() + patience
  const delays = backOff(1000, 15_000)
  for (;;) {
    const answer = await instantQuery(clients, endpoint, revealText(params.query), { signal }).catch(
      (error: unknown) => {
        if (error instanceof AwsFailure && error.passing && systemClock.now() < until) return undefined
        throw error
      },
    )
    const left = until - systemClock.now()
    if (answer !== undefined && (left <= 0 || misfit(answer, params) === undefined)) return answer
    await systemClock.sleep(Math.max(0, Math.min(left, delays.next().value)), signal)
  }
}

/** Why an answer is not as it has to be; undefined where it is. */
function misfit(answer: readonly SeriesPoint[], params: QueryParameters): string | undefined {
  if (answer.length === 0) return params.empty_ok ? undefined : 'no series is answered'
  const bounds = [
    { words: 'is not above', bound: params.above, holds: (value: number, of: number) => value > of },
    { words: 'is less than', bound: params.at_least, holds: (value: number, of: number) => value >= of },
    { words: 'is not below', bound: params.below, holds: (value: number, of: number) => value < of },
    { words: 'is more than', bound: params.at_most, holds: (value: number, of: number) => value <= of },
  ]
  const wrong = answer.flatMap(({ labels, value }) =>
    bounds.flatMap(({ words, bound, holds }) =>
      bound === undefined || holds(value, bound.value)
        ? []
        : `${shownLabels(labels)}${value} ${words} ${bound.value}`,
    ),
  )
  if (wrong.length === 0) return undefined
  const more = wrong.length - MOST_TOLD
  return wrong.slice(0, MOST_TOLD).join('; ') + (more > 0 ? `; and ${more} more` : '')
}

function shownLabels(labels: Readonly<Record<string, string>>): string {
  const words = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  return words.length === 0 ? '' : `{${words.join(', ')}} `
}

function told({ labels, value }: SeriesPoint): Value {
  return dict({ labels: dict(labels), value: new Float(value) })
}
