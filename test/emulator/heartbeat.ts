import type { Agent } from './agent.ts'
import type { Credentials } from './clients.ts'
import { signedFetch } from './remote-write.ts'

/**
 * UpdateInstanceInformation, which no SDK has: with the credentials of the node's role.
 * @throws Error named as the service's error
 */
export async function heartbeat(
  agent: Agent,
  report: Readonly<Record<string, string>> = {},
  credentials?: Credentials,
): Promise<void> {
  const answer = await signedFetch(`${agent.cloud.url()}/`, credentials ?? (await agent.token()), {
    method: 'POST',
    service: 'ssm',
    region: agent.region,
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AmazonSSM.UpdateInstanceInformation',
    },
    body: JSON.stringify({
      AgentName: 'amazon-ssm-agent',
      AgentVersion: '3.3.1142.0',
      InstanceId: agent.id,
      PlatformType: 'Linux',
      ...report,
    }),
  })
  if (answer.ok) return
  const { __type, message } = (await answer.json()) as { __type: string; message: string }
  throw Object.assign(new Error(message), { name: __type })
}
