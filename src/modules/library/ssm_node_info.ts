import { describeNodes, type NodeInformation } from '../../aws/nodes.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { defineModule, type Member, type RunContext } from '../module.ts'
import type { Text } from '../parameters.ts'
import { type AgentState, observeAgent } from '../registration/agent-state.ts'

export default defineModule({
  name: 'ssm_node_info',
  runsOn: 'host',
  checkMode: 'run',
  documentation: {
    summary: "Reads the host's registration and asks Systems Manager whether the node is Online.",
    notes: ['It changes nothing. All nodes of a batch are asked for together.'],
    examples: `
- name: Online in Systems Manager
  ssm_node_info:
    region: eu-central-1
  register: node
`,
    returns: {
      instance_id: "the managed node's id",
      ping_status: 'Online, ConnectionLost or Inactive',
      agent_version: 'version of the agent as Systems Manager knows it',
    },
  },
  spec: {
    parameters: {
      region: { type: 'str', required: true, doc: 'AWS region.' },
    },
  },
  observe: () => ({ state: observeAgent() }),
  // biome-ignore lint/correctness/useYield: it only looks
  async *converge({ region }, { state: { registration } }, context) {
    if (registration === undefined)
      throw new TaskFailure('not registered with Systems Manager', { hint: 'run muster apply' })
    const result = { instance_id: registration.id }
    if (registration.region !== String(region))
      throw new TaskFailure(`registered in ${registration.region}, not in ${String(region)}`, { result })
    const nodes = context.shared as ReadonlyMap<string, NodeInformation> | null
    if (nodes === null) return { result }
    const node = nodes.get(registration.id)
    if (node === undefined)
      throw new TaskFailure(`Systems Manager does not know ${registration.id}`, {
        result,
        hint: 'it was deregistered: run muster apply with reregister: true',
      })
    const known = { ...result, ping_status: node.pingStatus, agent_version: node.agentVersion ?? null }
    if (node.pingStatus !== 'Online')
      throw new TaskFailure(`Systems Manager says ${node.pingStatus}`, {
        result: known,
        hint: 'is the agent running, and does it reach its endpoints? See /var/log/amazon/ssm/amazon-ssm-agent.log on the host',
      })
    return { result: known }
  },
  batch: {
    look,
    open: async (members, context) => ({ shared: await look(members, context), close: async () => {} }),
  },
})

async function look(
  members: readonly Member<{ readonly region: Text }, { readonly state: AgentState }>[],
  context: RunContext & { readonly signal: AbortSignal },
): Promise<ReadonlyMap<string, NodeInformation>> {
  const ids = members.flatMap(({ answers: { state } }) => state.registration?.id ?? [])
  const region = String(members[0]?.params.region ?? '')
  return describeNodes(await context.aws(region), ids, context.signal)
}
