import { type Registration, registration } from '../../probes/registration.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Member } from '../batch-hook.ts'
import { defineModule, type RunContext } from '../module.ts'
import { addressOf, judgeOwner, notItsNode } from '../registration/owners.ts'
import { lookInRegions, type OwnersByRegion, ownersIn } from '../registration/owners-by-region.ts'

export default defineModule({
  name: 'ssm_node_info',
  runsOn: 'host',
  platforms: ['posix', 'windows'],
  checkMode: 'run',
  documentation: {
    summary: "Reads the host's registration and asks Systems Manager whether the node is Online.",
    notes: [
      'It changes nothing. All nodes of a batch are asked for together.',
      'A host that says to be a node of another fails: see `ssm_registration`.',
    ],
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
  observe: () => ({ registration: registration() }),
  // biome-ignore lint/correctness/useYield: it only looks
  async *converge({ region }, { registration: { node: registration } }, context) {
    if (registration === undefined)
      throw new TaskFailure('not registered with Systems Manager', { hint: 'run muster apply' })
    const result = { instance_id: registration.id }
    if (registration.region !== String(region))
      throw new TaskFailure(`registered in ${registration.region}, not in ${String(region)}`, { result })
    const owners = ownersIn(context.shared as OwnersByRegion | null, registration.region)
    if (owners === undefined) return { result }
    const node = owners.nodes.get(registration.id)
    if (node === undefined)
      throw new TaskFailure(`Systems Manager does not know ${registration.id}`, {
        result,
        hint: 'it was deregistered: run muster apply with reregister: true',
      })
    const claim = { host: context.host, id: registration.id }
    const owner = judgeOwner(claim, addressOf(context), owners)
    // Without the id in the result: what arrives from that node is not this host's.
    if (!owner.owned) throw notItsNode(claim, owner.found)
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

function look(
  members: readonly Member<unknown, { readonly registration: Registration }>[],
  context: RunContext & { readonly signal: AbortSignal },
): Promise<OwnersByRegion> {
  const claims = members.flatMap(({ host, answers }) => {
    const { node } = answers.registration
    return node === undefined ? [] : [{ host, ...node }]
  })
  return lookInRegions(claims, () => false, context)
}
