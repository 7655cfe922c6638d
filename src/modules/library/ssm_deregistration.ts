import { deregisterNode } from '../../aws/nodes.ts'
import { windowsFile } from '../../probes/windows/file.ts'
import { windowsService } from '../../probes/windows/service.ts'
import { hostFailure } from '../../values/host-failure.ts'
import { dict } from '../../values/value.ts'
import { askAws } from '../aws/ask.ts'
import type { Member } from '../batch-hook.ts'
import { look as askMore, defineModule, type RunContext } from '../module.ts'
import { type AgentAnswers, agentLog, agentOf, agentProbes, agentUnit } from '../registration/agent-state.ts'
import { addressOf, judgeOwner, notItsNode } from '../registration/owners.ts'
import { lookInRegions, type OwnersByRegion, ownersIn } from '../registration/owners-by-region.ts'
import { leftOf, leftProbes, removeLeftScript, stopAgentScript } from '../registration/removal-script.ts'
import { removeWindowsLeft, stopWindowsAgent, WINDOWS_LEFT } from '../registration/windows-agent.ts'

export default defineModule({
  name: 'ssm_deregistration',
  runsOn: 'host',
  platforms: ['posix', 'windows'],
  needsAws: true,
  documentation: {
    summary: "Takes the host's node from Systems Manager's roll, and from the host what made it one.",
    notes: [
      'The agent is stopped first, then the node is deregistered, then its registration, data, logs and configuration are removed: removing the package would leave them, and a later installation would come back as the old node.',
      'A host that is not registered any more, or whose node is gone, is no failure. All nodes of a batch are asked for together.',
      "Which node it is the host says itself, and is not believed: see `ssm_registration`. A node that is not proved to be the host's is left alone, and so is the host.",
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
  observe: () => ({ ...agentProbes(), ...leftProbes() }),
  async *converge(_params, answers, context) {
    const { registration, form, windows } = agentOf(answers)
    const left = windows ? yield* lookAtWindows() : leftOf(answers)
    const owners = context.shared as OwnersByRegion | null
    const id = registration?.id ?? null
    const there = registration === undefined ? undefined : ownersIn(owners, registration.region)
    const known = registration === undefined ? undefined : there?.nodes.get(registration.id)
    if (registration !== undefined && there !== undefined && known !== undefined) {
      const claim = { host: context.host, id: registration.id }
      const owner = judgeOwner(claim, addressOf(context), there)
      if (!owner.owned) throw notItsNode(claim, owner.found)
    }
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
        contained: true,
        script: form === 'windows' ? stopWindowsAgent() : stopAgentScript(form),
        more: true,
        says: `stop ${agentUnit(form)}`,
        ...change,
      }
      if (output.rc !== 0)
        throw hostFailure(`${agentUnit(form)} cannot be stopped`, output, {
          hint: agentLog(form),
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
        contained: true,
        script: windows ? removeWindowsLeft(left.paths) : removeLeftScript(left.paths),
        says: `remove ${left.paths.join(', ')}`,
        ...change,
      }
      if (output.rc !== 0)
        throw hostFailure('what the registration left cannot be removed', output, {
          hint: 'run muster again when the cause is gone: the node is deregistered already',
        })
    }
    return { result }
  },
  batch: {
    look,
    open: async (members, context) => ({ shared: await look(members, context), close: async () => {} }),
  },
})

/** What a Windows host has of it, which it is not asked for before it is known to be one. */
async function* lookAtWindows() {
  const { files, service } = yield* askMore('look at what the registration left', {
    files: WINDOWS_LEFT.map(windowsFile),
    service: windowsService(agentUnit('windows')),
  })
  return {
    paths: files.filter(({ kind }) => kind !== 'missing').map(({ path }) => path),
    active: service.state === 'running' || service.state === 'pending',
  }
}

/** Which of the nodes Systems Manager still has, and whose they are. */
function look(
  members: readonly Member<unknown, AgentAnswers>[],
  context: RunContext & { readonly signal: AbortSignal },
): Promise<OwnersByRegion> {
  const claims = members.flatMap(({ host, answers }) => {
    const { node } = answers.registration
    return node === undefined ? [] : [{ host, ...node }]
  })
  return lookInRegions(claims, () => true, context)
}
