import { randomBytes } from 'node:crypto'
import {
  type CreatedActivation,
  createActivation,
  deleteActivation,
  listActivations,
} from '../../aws/activations.ts'
import type { AwsClients } from '../../aws/clients.ts'
import { AwsFailure } from '../../aws/errors.ts'
import { CONTROLLER_TAG, controllerName, hostsTag, MANAGED_TAG, RUN_TAG } from '../../aws/tags.ts'
import { checkRoomForNodes } from '../../aws/tier.ts'
import type { Secret } from '../../values/secret.ts'
import { revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Tags } from '../aws/tags.ts'

import type { BatchShared } from '../batch-hook.ts'
import type { RunContext } from '../module.ts'

import type { AgentAnswers } from './agent-state.ts'
import { type KnownNodes, lookAtNodes, type RegistrationMember, sameForAll, wantedTags } from './nodes.ts'

/** The API's limit of registrations an activation may allow. */
const MAX_REGISTRATIONS = 1000

/** The activation of a batch. */
export interface BatchActivation {
  readonly id: string
  readonly code: Secret
  /** Every node that registers with it gets them. */
  readonly tags: Tags
  /** Somebody else made it: its nodes may be others' too. @see judgeNewNode */
  readonly foreign?: true
}

/** What the hosts of a batch share: the one activation, and what Systems Manager says of the nodes. */
export interface RegistrationShared extends KnownNodes {
  /**
   * Undefined when every host is registered already, and in plan and check mode; a failure is that of the hosts that
   * need it, and of no other.
   */
  readonly activation: BatchActivation | AwsFailure | undefined
}

/** Whether a host takes part in an activation: it is not registered, or shall be anew. */
export function needsRegistration(member: {
  readonly params: { readonly reregister: boolean }
  readonly answers: Pick<AgentAnswers, 'registration'>
}): boolean {
  return member.answers.registration.node === undefined || member.params.reregister
}

/** Looks only, for plan and check mode; null where nothing may be asked. */
export async function lookAtRegistration(
  members: readonly RegistrationMember[],
  context: RunContext & { readonly signal: AbortSignal },
): Promise<RegistrationShared | null> {
  const asked = members.filter(({ params }) => params.prove)
  return asked.length === 0 ? null : { ...(await lookAtNodes(asked, context)), activation: undefined }
}

/**
 * Makes the one activation of a batch, after the batch was read: its limit is the number of hosts that will register,
 * it expires soon, it carries the run's tags, and the journal knows of it before it exists. Closing deletes it, and one
 * that AWS made without muster hearing of it. What could not be deleted stays open in the journal for the next run.
 */
export async function openRegistration(
  members: readonly RegistrationMember[],
  context: RunContext & { readonly signal: AbortSignal },
): Promise<BatchShared> {
  const asked = members.filter(({ params }) => params.prove)
  if (asked.length === 0) return { shared: null, close: async () => {} }
  const known = await lookAtNodes(asked, context)
  const { clients } = known
  const newcomers = asked.filter((one) => needsRegistration(one) && one.params.activation_id === undefined)
  const limit = newcomers.length
  const without = (activation: AwsFailure | undefined): BatchShared => {
    const shared: RegistrationShared = { ...known, activation }
    return { shared, close: async () => {} }
  }
  if (limit === 0) return without(undefined)
  if (limit > MAX_REGISTRATIONS)
    throw new TaskFailure(
      `${limit} hosts of this batch are not registered, and an activation allows ${MAX_REGISTRATIONS} registrations at the most`,
      { hint: 'set `serial: 1000` or less in the play' },
    )
  await deleteExpired(clients)
  try {
    await checkRoomForNodes(clients, limit, context.signal)
  } catch (error) {
    if (error instanceof AwsFailure) return without(error)
    throw error
  }
  const { region, role } = sameForAll(members)
  const { instance_name, owner, expires_in } = newcomers[0]!.params
  const tags = {
    ...tagsOfAll(newcomers),
    ...hostsTag(newcomers.map(({ host }) => host)),
    [MANAGED_TAG]: revealText(owner),
    [RUN_TAG]: context.id,
    [CONTROLLER_TAG]: controllerName(),
  }
  // Unlike anything else, so that an activation whose answer was lost is known as this one's.
  const description = `muster run ${context.id} (${randomBytes(8).toString('hex')})`
  let activation: CreatedActivation
  await context.journal({ event: 'activation-intent', region, limit })
  try {
    activation = await createActivation(
      clients,
      {
        role,
        limit,
        expires: new Date(Date.now() + expires_in * 1000),
        description,
        ...(instance_name === undefined ? {} : { instanceName: revealText(instance_name) }),
        tags,
      },
      { signal: context.signal },
    )
  } catch (error) {
    // Interrupted or without an answer: it may have been made. The first failure is told, not that of cleaning up.
    await deleteDescribed(clients, description).then(
      () => context.journal({ event: 'activation-deleted', region, id: null }),
      () => undefined,
    )
    if (error instanceof AwsFailure) return without(error)
    throw error
  }
  const { id, code, only } = activation
  await context.journal({ event: 'activation-created', region, id, limit })
  context.announce({ what: 'created', id, limit })
  return {
    shared: { ...known, activation: { id, code, tags } } satisfies RegistrationShared,
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

/** The tags that all of them want: an activation gives the same to each, what only some want they get afterwards. */
function tagsOfAll([first, ...others]: readonly RegistrationMember[]): Tags {
  const rest = others.map(({ params }) => wantedTags(params))
  return Object.fromEntries(
    Object.entries(wantedTags(first!.params)).filter(([key, value]) =>
      rest.every((tags) => tags[key] === value),
    ),
  )
}

/** muster's activations of any controller that have expired: nobody can use them, and their CI job may be long gone. */
async function deleteExpired(clients: AwsClients): Promise<void> {
  for (const activation of await listActivations(clients))
    if (activation.expired && RUN_TAG in activation.tags) await deleteActivation(clients, activation.id)
}
