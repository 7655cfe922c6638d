import type { AwsClients } from '../../aws/clients.ts'
import { workspaceEndpoint } from '../../aws/workspaces.ts'
import { revealText } from '../../values/secret.ts'
import type { ParameterSpec, Text } from '../parameters.ts'

/** The parameters by which a task names the workspace that it asks; one of the first two is needed. */
export const WORKSPACE_PARAMETERS = {
  workspace_id: { type: 'str', doc: 'Id of the workspace.' },
  prometheus_endpoint: {
    type: 'str',
    doc: 'The endpoint, as amp_workspace returns it; where it is given, AWS is not asked for that of the id.',
  },
  region: { type: 'str', doc: 'Region; AWS_REGION when missing.' },
} as const satisfies ParameterSpec['parameters']

/**
 * The base URL of the Prometheus API of the workspace that a task names.
 * @returns null when there is no such workspace (yet)
 * @throws AwsFailure
 */
export async function endpointOf(
  clients: AwsClients,
  {
    workspace_id,
    prometheus_endpoint,
  }: { readonly workspace_id: Text | undefined; readonly prometheus_endpoint: Text | undefined },
  signal: AbortSignal,
): Promise<string | null> {
  return prometheus_endpoint === undefined
    ? workspaceEndpoint(clients, revealText(workspace_id!), signal)
    : revealText(prometheus_endpoint)
}
