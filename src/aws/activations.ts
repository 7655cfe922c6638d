import type { Activation as Described } from '@aws-sdk/client-ssm'
import { Secret } from '../values/secret.ts'
import { type AwsClients, abortable } from './clients.ts'
import { AwsFailure, asking } from './errors.ts'
import { backOff, systemClock, type WaitOptions } from './polling/waiting.ts'

/** How long CreateActivation is tried again for a role that IAM has not spread yet (facts/ssm-agent.md 7.1). */
const ROLE_PATIENCE = 120_000

export interface ActivationRequest {
  /** A role's name, or path and name without the leading slash; not an ARN. */
  readonly role: string
  /** Hosts that may register, 1 to 1000. */
  readonly limit: number
  /** At most 30 days ahead. */
  readonly expires: Date
  readonly description?: string
  readonly instanceName?: string
  /** Also put on every node that registers. */
  readonly tags: Readonly<Record<string, string>>
}

export interface CreatedActivation {
  readonly id: string
  /** AWS shows it only this once. */
  readonly code: Secret
  /**
   * False when an earlier attempt got no answer: AWS may have carried it out, and there may be a second activation with
   * the same description (CreateActivation takes no client token).
   */
  readonly only: boolean
}

/**
 * Makes an activation. A role that AWS says is missing or not trusted is waited for, since IAM is eventually
 * consistent.
 * @throws AwsFailure
 */
export async function createActivation(
  clients: AwsClients,
  request: ActivationRequest,
  { signal, clock = systemClock }: WaitOptions = {},
): Promise<CreatedActivation> {
  const ssm = await clients.ssm()
  const wanted = {
    IamRole: request.role,
    RegistrationLimit: request.limit,
    ExpirationDate: request.expires,
    Description: request.description,
    DefaultInstanceName: request.instanceName,
    Tags: Object.entries(request.tags).map(([Key, Value]) => ({ Key, Value })),
  }
  const deadline = clock.now() + ROLE_PATIENCE
  for (const delay of backOff(2000, 15_000)) {
    try {
      const { ActivationId, ActivationCode, $metadata } = await asking(
        ['ssm:CreateActivation', 'iam:PassRole'],
        `create an activation for role ${request.role}`,
        () => ssm.createActivation(wanted, abortable(signal)),
        signal,
      )
      return { id: ActivationId!, code: new Secret(ActivationCode!), only: $metadata.attempts === 1 }
    } catch (error) {
      if (!isRoleMissing(error)) throw error
      if (clock.now() + delay > deadline) throw withRoleHint(error, request.role)
      await clock.sleep(delay, signal)
    }
  }
  throw new Error('unreachable: delays do not end')
}

/** AWS's words, new and old, for a role that it does not see or that does not trust it. */
function isRoleMissing(error: unknown): error is AwsFailure {
  return (
    error instanceof AwsFailure &&
    error.code === 'Validation' &&
    /Nonexistent role|Not existing role/.test(error.message)
  )
}

function withRoleHint(error: AwsFailure, role: string): AwsFailure {
  return new AwsFailure(error.message, {
    code: error.code,
    hint: `the role ${role} has to exist and to trust ssm.amazonaws.com; the module iam_role makes such a role`,
    cause: error,
  })
}

/**
 * Deletes an activation; nodes that registered with it stay.
 * @returns false when there was none
 * @throws AwsFailure
 */
export async function deleteActivation(
  clients: AwsClients,
  id: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const ssm = await clients.ssm()
  try {
    await asking(
      'ssm:DeleteActivation',
      `delete activation ${id}`,
      () => ssm.deleteActivation({ ActivationId: id }, abortable(signal)),
      signal,
    )
    return true
  } catch (error) {
    if (error instanceof AwsFailure && /^InvalidActivation(Id)?$/.test(error.code)) return false
    throw error
  }
}

export interface ActivationDescription {
  readonly id: string
  readonly description: string
  readonly role: string
  readonly limit: number
  readonly registrations: number
  readonly expired: boolean
  readonly created: Date | undefined
  readonly expires: Date | undefined
  readonly tags: Readonly<Record<string, string>>
}

/**
 * The activations of the region that carry all these tags. AWS has no filter for tags, so all are read.
 * @throws AwsFailure
 */
export async function listActivations(
  clients: AwsClients,
  tags: Readonly<Record<string, string>> = {},
  signal?: AbortSignal,
): Promise<ActivationDescription[]> {
  const client = await clients.ssm()
  const found: ActivationDescription[] = []
  await asking(
    'ssm:DescribeActivations',
    'list the activations',
    async () => {
      for await (const page of client.paginateDescribeActivations({}, { pageSize: 50 })) {
        signal?.throwIfAborted()
        found.push(...(page.ActivationList ?? []).map(describe))
      }
    },
    signal,
  )
  return found.filter((activation) =>
    Object.entries(tags).every(([key, value]) => activation.tags[key] === value),
  )
}

function describe(activation: Described): ActivationDescription {
  return {
    id: activation.ActivationId ?? '',
    description: activation.Description ?? '',
    role: activation.IamRole ?? '',
    limit: activation.RegistrationLimit ?? 0,
    registrations: activation.RegistrationsCount ?? 0,
    expired: activation.Expired ?? false,
    created: activation.CreatedDate,
    expires: activation.ExpirationDate,
    tags: Object.fromEntries((activation.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''])),
  }
}
