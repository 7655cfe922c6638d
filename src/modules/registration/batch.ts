import { randomBytes } from 'node:crypto'
import {
  type CreatedActivation,
  createActivation,
  deleteActivation,
  listActivations,
} from '../../aws/activations.ts'
import type { AwsClients } from '../../aws/clients.ts'
import { AwsFailure } from '../../aws/errors.ts'
import { describeNodes, type NodeInformation } from '../../aws/nodes.ts'
import { CONTROLLER_TAG, controllerName, RUN_TAG } from '../../aws/tags.ts'
import type { Secret } from '../../values/secret.ts'
import type { Dict } from '../../values/value.ts'
import { type BatchShared, type Member, ModuleFailure, type RunContext } from '../module.ts'
import type { Text } from '../parameters.ts'
import type { AgentState } from './agent-state.ts'

/** The API's limit of registrations an activation may allow. */
const MAX_REGISTRATIONS = 1000

export interface RegistrationParameters {
  readonly region: Text
  readonly iam_role: Text
  readonly instance_name: Text | undefined
  readonly tags: Dict | undefined
  readonly expires_in: number
  readonly reregister: boolean
}

/** What the hosts of a batch share: the one activation, and what Systems Manager says of the nodes. */
export interface RegistrationShared {
  /** Undefined when every host is registered already; a failure is that of the hosts that need it, and of no other. */
  readonly activation: { readonly id: string; readonly code: Secret } | AwsFailure | undefined
  readonly nodes: ReadonlyMap<string, NodeInformation>
  readonly clients: AwsClients
}

export function needsRegistration(member: {
  readonly params: { readonly reregister: boolean }
  readonly state: AgentState
}): boolean {
  return member.state.registration === undefined || member.params.reregister
}

/**
 * Makes the one activation of a batch, after the batch was read: its limit is the number of hosts that will register,
 * it expires soon, it carries the run's tags, and the journal knows of it before it exists. Closing deletes it, and one
 * that AWS made without muster hearing of it. What could not be deleted stays open in the journal for the next run.
 */
export async function openRegistration(
  members: readonly Member<RegistrationParameters, AgentState>[],
  context: RunContext & { readonly signal: AbortSignal },
): Promise<BatchShared> {
  const { region, role } = sameForAll(members)
  const clients = await context.aws(region)
  const registered = members.flatMap(({ state }) => state.registration?.id ?? [])
  const nodes = await describeNodes(clients, registered)
  const limit = members.filter(needsRegistration).length
  if (limit === 0) return { shared: { activation: undefined, nodes, clients }, close: async () => {} }
  if (limit > MAX_REGISTRATIONS)
    throw new ModuleFailure(
      `${limit} hosts of this batch are not registered, and an activation allows ${MAX_REGISTRATIONS} registrations at the most`,
      { hint: 'set `serial: 1000` or less in the play' },
    )
  await deleteExpired(clients)
  const first = members[0]?.params
  // Unlike anything else, so that an activation whose answer was lost is known as this one's.
  const description = `muster run ${context.id} (${randomBytes(8).toString('hex')})`
  await context.journal({ event: 'activation-intent', region, limit })
  let activation: CreatedActivation
  try {
    activation = await createActivation(
      clients,
      {
        role,
        limit,
        expires: new Date(Date.now() + (first?.expires_in ?? 3600) * 1000),
        description,
        ...(first?.instance_name === undefined ? {} : { instanceName: String(first.instance_name) }),
        tags: {
          ...Object.fromEntries([...(first?.tags ?? [])].map(([key, value]) => [String(key), String(value)])),
          [RUN_TAG]: context.id,
          [CONTROLLER_TAG]: controllerName(),
        },
      },
      { signal: context.signal },
    )
  } catch (error) {
    // Interrupted or without an answer: it may have been made. The first failure is told, not that of cleaning up.
    await deleteDescribed(clients, description).then(
      () => context.journal({ event: 'activation-deleted', region, id: null }),
      () => undefined,
    )
    if (!(error instanceof AwsFailure)) throw error
    const shared: RegistrationShared = { activation: error, nodes, clients }
    return { shared, close: async () => {} }
  }
  const { id, only } = activation
  await context.journal({ event: 'activation-created', region, id, limit })
  context.announce({ what: 'created', id, limit })
  return {
    shared: { activation, nodes, clients } satisfies RegistrationShared,
    close: async () => {
      await deleteActivation(clients, id)
      if (!only) await deleteDescribed(clients, description)
      await context.journal({ event: 'activation-deleted', region, id })
      context.announce({ what: 'deleted', id })
    },
  }
}

async function deleteDescribed(clients: AwsClients, description: string): Promise<void> {
  for (const activation of await listActivations(clients))
    if (activation.description === description) await deleteActivation(clients, activation.id)
}

/** One activation is of one region and one role, so all hosts of a batch must agree on them. */
function sameForAll(members: readonly Member<RegistrationParameters, AgentState>[]): {
  region: string
  role: string
} {
  const wanted = new Map<string, string[]>()
  for (const { host, params } of members) {
    const key = JSON.stringify([String(params.region), String(params.iam_role)])
    wanted.set(key, [...(wanted.get(key) ?? []), host])
  }
  if (wanted.size > 1) {
    const groups = [...wanted].map(
      ([key, hosts]) =>
        `${(JSON.parse(key) as string[]).join(' with role ')}: ${hosts.slice(0, 3).join(', ')}${hosts.length > 3 ? ', …' : ''}`,
    )
    throw new ModuleFailure(
      `the hosts of a batch must register in one region with one role (${groups.join('; ')})`,
      {
        hint: 'make a play for each region and role',
      },
    )
  }
  const [region, role] = JSON.parse([...wanted.keys()][0] ?? '["",""]') as [string, string]
  return { region, role }
}

/** muster's activations of any controller that have expired: nobody can use them, and their CI job may be long gone. */
async function deleteExpired(clients: AwsClients): Promise<void> {
  for (const activation of await listActivations(clients))
    if (activation.expired && RUN_TAG in activation.tags) await deleteActivation(clients, activation.id)
}
