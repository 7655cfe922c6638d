import type { AwsClients } from '../../aws/clients.ts'
import { instantQuery } from '../../aws/queries.ts'
import { backOff, systemClock } from '../../aws/waiting.ts'
import { describeWorkspace } from '../../aws/workspaces.ts'
import { dict, type Value } from '../../values/value.ts'
import { askAws, clientsOf } from '../cloud/ask.ts'
import { withLabels } from '../cloud/selector.ts'
import { readTags } from '../cloud/tags.ts'
import { plain } from '../host/text.ts'
import { defineModule, ModuleFailure } from '../module.ts'
import type { Text } from '../parameters.ts'

/** A selector, and the age in seconds of the newest sample it finds; null when it finds none. */
interface Arrival {
  readonly selector: string
  readonly age: number | null
}

export default defineModule({
  name: 'amp_series',
  runsOn: 'controller',
  documentation: {
    summary:
      "Proves that a host's series arrive in a workspace: waits for fresh samples, and fails without them.",
    notes: [
      'Changes nothing. In check mode it looks once and never fails, since what would send may not be there yet.',
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
  spec: {
    parameters: {
      workspace_id: { type: 'str', doc: 'Id of the workspace.' },
      prometheus_endpoint: {
        type: 'str',
        doc: 'Instead of the id: the endpoint, as amp_workspace returns it.',
      },
      region: { type: 'str', doc: 'Region; AWS_REGION when missing.' },
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
    mutuallyExclusive: [['workspace_id', 'prometheus_endpoint']],
    requiredOneOf: [['workspace_id', 'prometheus_endpoint']],
  },

  async observe(params, context) {
    const clients = await clientsOf(params.region, context)
    const endpoint = await endpointOf(params, clients, context.signal)
    const labels = params.labels === undefined ? {} : readTags(params.labels, 'label')
    const selectors = params.series.map((selector) => withLabels(plain(selector), labels))
    const arrivals =
      endpoint === null ? selectors.map(notThere) : await look(clients, endpoint, selectors, context.signal)
    return { script: null, parse: () => ({ endpoint, arrivals }) }
  },

  async *converge(params, { endpoint, arrivals }, context) {
    const isFresh = ({ age }: Arrival) => age !== null && age <= params.max_age
    let latest = arrivals
    const result = () => ({ series: latest.map((arrival) => show(arrival, isFresh(arrival))) })
    if (latest.every(isFresh) || context.check) return { result: result() }
    if (endpoint === null) {
      throw new ModuleFailure(`there is no workspace ${plain(params.workspace_id!)} in the region`, {
        result: result(),
      })
    }
    const clients = await clientsOf(params.region, context)
    yield {
      kind: 'call',
      effect: 'none',
      says: `wait for ${latest
        .filter((arrival) => !isFresh(arrival))
        .map(({ selector }) => selector)
        .join(', ')}`,
      call: async (signal) => {
        const deadline = systemClock.now() + params.timeout * 1000
        for (const delay of backOff(1000, 10_000)) {
          const left = deadline - systemClock.now()
          if (left <= 0 || latest.every(isFresh)) return null
          await systemClock.sleep(Math.min(delay, left), signal)
          latest = await look(
            clients,
            endpoint,
            latest.map(({ selector }) => selector),
            signal,
          )
        }
        return null
      },
    }
    const missing = latest.filter((arrival) => !isFresh(arrival))
    if (missing.length === 0) return { result: result() }
    const words = missing.map(
      ({ selector, age }) =>
        `${selector} ${age === null ? 'has no sample of the last five minutes' : `is ${age} s old`}`,
    )
    throw new ModuleFailure(`series do not arrive: ${words.join('; ')}`, {
      hint: "look at the collector's own log on the host; a 403 there means that its credentials are old or that the role lacks aps:RemoteWrite",
      result: result(),
    })
  },
})

/** @returns null when there is no such workspace (yet) */
async function endpointOf(
  params: { readonly workspace_id: Text | undefined; readonly prometheus_endpoint: Text | undefined },
  clients: AwsClients,
  signal: AbortSignal,
): Promise<string | null> {
  if (params.prometheus_endpoint !== undefined) return plain(params.prometheus_endpoint)
  const workspace = await askAws(() => describeWorkspace(clients, plain(params.workspace_id!), signal))
  return workspace?.endpoint ?? null
}

function look(
  clients: AwsClients,
  endpoint: string,
  selectors: readonly string[],
  signal: AbortSignal,
): Promise<Arrival[]> {
  return Promise.all(
    selectors.map(async (selector) => {
      const query = `max(timestamp(${selector}))`
      const [newest] = await askAws(() => instantQuery(clients, endpoint, query, { signal }))
      // A host whose clock is ahead of ours has samples of the future.
      return {
        selector,
        age: newest === undefined ? null : Math.max(0, Math.round(Date.now() / 1000 - newest.value)),
      }
    }),
  )
}

function notThere(selector: string): Arrival {
  return { selector, age: null }
}

function show({ selector, age }: Arrival, fresh: boolean): Value {
  return dict({ series: selector, age, fresh })
}
