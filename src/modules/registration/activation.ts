import { randomBytes } from 'node:crypto'
import {
  type CreatedActivation,
  createActivation,
  deleteActivation,
  listActivations,
} from '../../aws/activations.ts'
import type { AwsClients } from '../../aws/clients.ts'
import { CONTROLLER_TAG, controllerName, hostsTag, MANAGED_TAG, RUN_TAG } from '../../aws/tags.ts'
import { revealText, type Secret } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Tags } from '../aws/tags.ts'
import type { RunContext } from '../module.ts'
import { type RegistrationMember, wantedTags } from './nodes.ts'

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

/** Hosts that one activation serves: those that want the same of it. */
export function byActivation(newcomers: readonly RegistrationMember[]): RegistrationMember[][] {
  const groups = Map.groupBy(newcomers, ({ params: { iam_role, instance_name, owner, expires_in } }) =>
    JSON.stringify([revealText(iam_role), revealText(instance_name) ?? null, revealText(owner), expires_in]),
  )
  return [...groups.values()]
}

/** @throws TaskFailure where there are more hosts than one activation may serve */
export function checkLimit(newcomers: readonly RegistrationMember[]): void {
  if (newcomers.length > MAX_REGISTRATIONS)
    throw new TaskFailure(
      `${newcomers.length} hosts of this batch are not registered, and an activation allows ${MAX_REGISTRATIONS} registrations at the most`,
      { hint: 'set `serial: 1000` or less in the play' },
    )
}

/**
 * Makes the one activation of hosts that will register: its limit is their number, it expires soon, it carries the
 * run's tags, and the journal knows of it before it exists. Closing deletes it, and one that AWS made without muster
 * hearing of it. What could not be deleted stays open in the journal for the next run.
 * @throws AwsFailure
 */
export async function openActivation(
  clients: AwsClients,
  newcomers: readonly RegistrationMember[],
  context: RunContext & { readonly signal: AbortSignal },
): Promise<{ readonly activation: BatchActivation; close(): Promise<void> }> {
  const { region } = clients
  const limit = newcomers.length
  const { iam_role, instance_name, owner, expires_in } = newcomers[0]!.params
  const tags = {
    ...tagsOfAll(newcomers),
    ...hostsTag(newcomers.map(({ host }) => host)),
    [MANAGED_TAG]: revealText(owner),
    [RUN_TAG]: context.id,
    [CONTROLLER_TAG]: controllerName(),
  }
  // Unlike anything else, so that an activation whose answer was lost is known as this one's.
  const description = `muster run ${context.id} (${randomBytes(8).toString('hex')})`
  let created: CreatedActivation
  await context.journal({ event: 'activation-intent', region, limit })
  try {
    created = await createActivation(
      clients,
      {
        role: revealText(iam_role),
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
    throw error
  }
  const { id, code, only } = created
  await context.journal({ event: 'activation-created', region, id, limit })
  context.announce({ what: 'created', id, limit })
  return {
    activation: { id, code, tags },
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

/** muster's activations of any controller that have expired: nobody can use them, and their CI job may be long gone. */
export async function deleteExpired(clients: AwsClients): Promise<void> {
  for (const activation of await listActivations(clients))
    if (activation.expired && RUN_TAG in activation.tags) await deleteActivation(clients, activation.id)
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
