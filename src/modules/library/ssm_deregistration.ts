import { deregisterNode, describeNodes, type NodeInformation } from '../../aws/nodes.ts'
import { scriptProbe } from '../../probes/script.ts'
import { lines, sh } from '../../shell/sh.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { dict } from '../../values/value.ts'
import { askAws } from '../aws/ask.ts'
import { defineModule, type Member, type RunContext } from '../module.ts'
import { type AgentState, agentUnit, parseAgentState, READ_AGENT } from '../registration/agent-state.ts'
import {
  type Left,
  parseLeft,
  READ_LEFT,
  removeLeftScript,
  stopAgentScript,
} from '../registration/removal-script.ts'

interface State extends AgentState {
  readonly left: Left
}

export default defineModule({
  name: 'ssm_deregistration',
  runsOn: 'host',
  documentation: {
    summary: "Takes the host's node from Systems Manager's roll, and from the host what made it one.",
    notes: [
      'The agent is stopped first, then the node is deregistered, then its registration, data, logs and configuration are removed: removing the package would leave them, and a later installation would come back as the old node.',
      'A host that is not registered any more, or whose node is gone, is no failure. All nodes of a batch are asked for together.',
      "The node is the one that the agent's Vault names, in the region that it names. A node whose host is lost is taken from the roll by `muster destroy`, or with `aws ssm deregister-managed-instance`.",
      'The package stays: remove it in the next task, or the agent starts again with the host and waits to be registered.',
    ],
    examples: `
- name: no longer a managed node
  ssm_deregistration:
- name: SSM agent's package
  apt: { name: amazon-ssm-agent, state: absent, purge: true }
`,
    returns: { instance_id: "the managed node's id, null for a host that was none" },
  },
  spec: { parameters: {} },
  observe: () => ({
    state: scriptProbe(
      lines([sh`(${READ_AGENT})`, READ_LEFT]),
      (output): State => ({
        ...parseAgentState(output),
        left: parseLeft(output.stdout.toString('latin1')),
      }),
    ),
  }),
  async *converge(_params, { state: { registration, form, left } }, context) {
    const nodes = (context.shared ?? new Map()) as ReadonlyMap<string, NodeInformation>
    const id = registration?.id ?? null
    const known = registration === undefined ? undefined : nodes.get(registration.id)
    const result = { instance_id: id }
    const diff = [
      {
        header: 'registration',
        before: dict({
          instance_id: id,
          ping_status: known?.pingStatus ?? null,
          agent: left.active ? 'running' : 'stopped',
          files: [...left.paths],
        }),
        after: dict({ instance_id: null, ping_status: null, agent: 'stopped', files: [] }),
      },
    ]
    const change = { diff, predicted: result }
    if (left.active && form !== undefined) {
      const output = yield {
        kind: 'run',
        script: stopAgentScript(form),
        more: true,
        says: `stop ${agentUnit(form)}`,
        ...change,
      }
      if (output.rc !== 0)
        throw new TaskFailure(`${agentUnit(form)} cannot be stopped: ${output.stderr.toString().trim()}`, {
          hint: `see journalctl -u ${agentUnit(form)} on the host`,
        })
    }
    if (registration !== undefined && known !== undefined) {
      yield {
        kind: 'call',
        says: `deregister ${registration.id}`,
        ...change,
        call: async (signal) => {
          const clients = await context.run.aws(registration.region)
          await askAws(() => deregisterNode(clients, registration.id, signal))
          return null
        },
      }
    }
    if (left.paths.length > 0) {
      const output = yield {
        kind: 'run',
        script: removeLeftScript(left.paths),
        says: `remove ${left.paths.join(', ')}`,
        ...change,
      }
      if (output.rc !== 0)
        throw new TaskFailure(
          `what the registration left cannot be removed: ${output.stderr.toString().trim() || `exit status ${output.rc ?? 'none'}`}`,
          { hint: 'run muster again when the cause is gone: the node is deregistered already' },
        )
    }
    return { result }
  },
  batch: {
    look,
    open: async (members, context) => ({ shared: await look(members, context), close: async () => {} }),
  },
})

/** Which of the nodes Systems Manager still has, a region at a time. */
async function look(
  members: readonly Member<unknown, { readonly state: State }>[],
  context: RunContext & { readonly signal: AbortSignal },
): Promise<ReadonlyMap<string, NodeInformation>> {
  const registrations = members.flatMap(({ answers: { state } }) => state.registration ?? [])
  const nodes = new Map<string, NodeInformation>()
  for (const [region, there] of Map.groupBy(registrations, (registration) => registration.region)) {
    const ids = there.map(({ id }) => id)
    for (const [id, node] of await describeNodes(await context.aws(region), ids, context.signal))
      nodes.set(id, node)
  }
  return nodes
}
