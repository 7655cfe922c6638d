import { createHash } from 'node:crypto'
import { type AwsClients, abortable } from '../clients.ts'
import { AwsFailure, asking } from '../errors.ts'
import { describeWorkspace, type Workspace } from '../workspaces.ts'
import { backOff, systemClock, type WaitOptions } from './waiting.ts'

/** How long a workspace may be CREATING; Terraform's provider waits as long. */
const PATIENCE = 300_000

/** A workspace to make. */
export interface NewWorkspace {
  readonly alias: string
  readonly tags: Readonly<Record<string, string>>
  /** A key of the customer's; AWS's own when missing. It cannot be changed later. */
  readonly kmsKeyArn?: string | undefined
}

/**
 * Makes a workspace. The client token is made from what is asked, so that two who ask for the same at once, or one
 * whose answer was lost, get one workspace. AWS may still know the token of a workspace that was deleted: then a
 * second token is made from the dead one's id.
 * @returns its id; see {@link waitActive}
 * @throws AwsFailure
 */
export async function createWorkspace(
  clients: AwsClients,
  wish: NewWorkspace,
  signal?: AbortSignal,
): Promise<string> {
  const { alias, tags, kmsKeyArn } = wish
  const asked = [
    clients.region,
    alias,
    Object.entries(tags).sort(),
    ...(kmsKeyArn === undefined ? [] : [kmsKeyArn]),
  ]
  const id = await create(clients, wish, asked, signal)
  const made = await describeWorkspace(clients, id, signal)
  if (made !== null && made.status !== 'DELETING') return id
  return create(clients, wish, [...asked, id], signal)
}

async function create(
  clients: AwsClients,
  { alias, tags, kmsKeyArn }: NewWorkspace,
  asked: readonly unknown[],
  signal: AbortSignal | undefined,
): Promise<string> {
  const amp = await clients.amp()
  const digest = createHash('sha256').update(JSON.stringify(asked)).digest('hex')
  const { workspaceId } = await asking(
    ['aps:CreateWorkspace', 'aps:TagResource'],
    `create workspace ${alias}`,
    () =>
      amp.createWorkspace(
        {
          alias,
          tags: { ...tags },
          ...(kmsKeyArn === undefined ? {} : { kmsKeyArn }),
          clientToken: `muster-${digest.slice(0, 48)}`,
        },
        abortable(signal),
      ),
    signal,
  )
  return workspaceId!
}

/**
 * Waits until a workspace is ACTIVE. (The SDK's own waiter knows no failure: it goes on after CREATION_FAILED and
 * after AccessDenied until its time is over.)
 * @throws AwsFailure also when making it failed, when it is gone, and after five minutes
 */
export async function waitActive(
  clients: AwsClients,
  id: string,
  { signal, clock = systemClock }: WaitOptions = {},
): Promise<Workspace> {
  const deadline = clock.now() + PATIENCE
  for (const delay of backOff(1000, 10_000)) {
    const workspace = await describeWorkspace(clients, id, signal)
    if (workspace?.status === 'ACTIVE') return workspace
    const status = workspace?.status ?? 'not there'
    if (status !== 'CREATING' && status !== 'UPDATING') {
      throw new AwsFailure(`workspace ${id} does not become ACTIVE: it is ${status}`, {
        code: 'WorkspaceFailed',
        hint:
          status === 'CREATION_FAILED'
            ? 'AWS could not make it: delete it (amp_workspace with state: absent), look at the quotas of AMP, and try again'
            : undefined,
      })
    }
    if (clock.now() + delay > deadline) {
      throw new AwsFailure(`workspace ${id} is still ${status} after ${PATIENCE / 60_000} minutes`, {
        code: 'WorkspaceTimeout',
        hint: 'run again: the workspace is found and waited for',
      })
    }
    await clock.sleep(delay, signal)
  }
  throw new Error('unreachable: delays do not end')
}
