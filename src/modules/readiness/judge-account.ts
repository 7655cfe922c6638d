import { listActivations } from '../../aws/activations.ts'
import type { AwsClients } from '../../aws/clients.ts'
import { AwsFailure } from '../../aws/errors.ts'
import { callerIdentity } from '../../aws/identity.ts'
import { describeNodes } from '../../aws/nodes.ts'
import { instantQuery } from '../../aws/queries.ts'
import { readRole } from '../../aws/roles.ts'
import { describeWorkspace, findWorkspaces, type Workspace } from '../../aws/workspaces.ts'
import { type Finding, failed, ok, warning } from './finding.ts'

/** What of the account a fleet uses; undefined is not looked at. */
export interface AccountWish {
  /** Name of the nodes' role, with or without its path. */
  readonly role: string | undefined
  /** False where somebody else makes the role. */
  readonly makesRole: boolean
  readonly workspaceAlias: string | undefined
  readonly workspaceId: string | undefined
}

/**
 * Looks from the controller at all that it asks of AWS, each by a signed call that reads: whether the endpoint is in
 * reach, the credentials good, and the call allowed. The first is STS: without good credentials no other is tried.
 */
export async function judgeAccount(
  clients: AwsClients,
  wish: AccountWish,
  signal: AbortSignal,
): Promise<Finding[]> {
  const identity = await attempt('sts', async () => {
    const { arn, account } = await callerIdentity(clients, signal)
    return ok('sts', `the credentials are ${arn}'s, of account ${account}`)
  })
  if (identity.status === 'failed') return [identity]
  const looks = await Promise.all([
    attempt('ssm', async () => {
      await describeNodes(clients, ['mi-00000000000000000'], signal)
      return ok('ssm', `managed nodes of ${clients.region} may be looked at`)
    }),
    attempt('activations', async () => {
      await listActivations(clients, {}, signal)
      return ok('activations', 'may be looked at')
    }),
    ...(wish.role === undefined ? [] : [attempt('role', () => judgeRole(clients, wish, signal))]),
    judgeWorkspace(clients, wish, signal),
  ])
  return [identity, ...(await judgeControllerClock(clients)), ...looks.flat()]
}

/** What refuses or does not answer, as a finding. */
async function attempt(check: string, look: () => Promise<Finding>): Promise<Finding> {
  try {
    return await look()
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error
    return failed(check, error.message, error.hint ?? 'see AWS_ENDPOINT_URL, the region and the credentials')
  }
}

async function judgeRole(
  clients: AwsClients,
  { role: wished, makesRole }: AccountWish,
  signal: AbortSignal,
): Promise<Finding> {
  const name = wished!.split('/').at(-1)!
  try {
    const role = await readRole(clients, name, signal)
    if (role === null)
      return makesRole
        ? ok('role', `${name} is not there: the playbooks make it`)
        : failed(
            'role',
            `${name} is not there, and muster shall not make it`,
            'have it made (docs/account.md), or leave muster_make_role out',
          )
    if (!role.trust.includes('ssm.amazonaws.com'))
      return failed(
        'role',
        `${name} does not trust ssm.amazonaws.com`,
        'its trust policy has to let ssm.amazonaws.com do sts:AssumeRole (docs/account.md)',
      )
    return ok('role', `${role.arn} is there and trusts Systems Manager`)
  } catch (error) {
    if (!(error instanceof AwsFailure && error.code === 'AccessDenied') || makesRole) throw error
    return warning('role', `${name} may not be looked at`, `${error.hint ?? ''}; registration works without`)
  }
}

async function judgeWorkspace(
  clients: AwsClients,
  { workspaceAlias, workspaceId }: AccountWish,
  signal: AbortSignal,
): Promise<Finding[]> {
  if (workspaceAlias === undefined && workspaceId === undefined) return []
  let found: Workspace | undefined
  const look = await attempt('workspace', async () => {
    const all =
      workspaceId === undefined
        ? await findWorkspaces(clients, workspaceAlias!, signal)
        : [await describeWorkspace(clients, workspaceId, signal)].filter((one) => one !== null)
    found = all[0]
    if (all.length > 1)
      return failed(
        'workspace',
        `${all.length} workspaces have the alias ${workspaceAlias}: ${all.map(({ id }) => id).join(', ')}`,
        'name one by muster_workspace_id',
      )
    if (found !== undefined) return ok('workspace', `${found.id} is ${found.status}`)
    return workspaceId === undefined
      ? ok('workspace', `${workspaceAlias} is not there: the playbooks make it`)
      : failed(
          'workspace',
          `${workspaceId} is not there in ${clients.region}`,
          'look at muster_workspace_id and muster_region',
        )
  })
  const { endpoint } = found ?? {}
  if (endpoint === undefined) return [look]
  const query = await attempt('aps-workspaces', async () => {
    await instantQuery(clients, endpoint, 'count(up)', { signal })
    return ok('aps-workspaces', `${new URL(endpoint).host} answers queries`)
  })
  return [look, query]
}

/** Seconds; AWS refuses signatures that are five minutes off. */
const SKEW = 10

/** The SDK notes how far AWS's clock is from this machine's. */
async function judgeControllerClock(clients: AwsClients): Promise<Finding[]> {
  const offset = Math.round((await clients.sts()).config.systemClockOffset / 1000)
  return [
    Math.abs(offset) < SKEW
      ? ok('clock', 'that of AWS')
      : warning(
          'clock',
          `${Math.abs(offset)} s ${offset < 0 ? 'ahead of' : 'behind'} AWS`,
          "set this machine's clock: hosts are held against it",
        ),
  ]
}
